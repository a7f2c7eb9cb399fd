"""{"seen": Snapshot, "model", "found", "run"} -> Stage or Refuse. Pure: no AWS layer, no permission, no setting."""

from berth_core.decide.releasing import decide_release
from berth_core.decisions import Refuse
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_core.releases import ModelSeen, Stage
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot
    model: str
    found: ModelSeen | None
    run: str


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Stage | Refuse:
    return decide_release(request.seen, request.model, request.found, request.run)
