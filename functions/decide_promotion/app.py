"""{"seen": Snapshot, "found", "staged", "said"} -> Promote or Refuse. Pure: no AWS layer, no permission, no setting."""

from berth_core.decide.releasing import Said, decide_promotion
from berth_core.decisions import Refuse
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_core.releases import ModelSeen, Promote, Stage
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot
    found: ModelSeen | None
    staged: Stage
    said: Said


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Promote | Refuse:
    return decide_promotion(request.seen, request.found, request.staged, request.said)
