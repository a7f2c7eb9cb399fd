"""{"seen": Snapshot, "intent": Intent} -> Decision. Pure: no AWS layer, no permission, no setting."""

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Decision
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot
    intent: Intent


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Decision:
    return decide_deployment(request.seen, request.intent)
