"""{"seen": Snapshot, "decision", "tested"?, "trouble"?} -> Outcome. Pure: no AWS layer, no permission, no setting."""

from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Change
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_core.outcomes import Outcome, Trouble
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot
    decision: Change
    tested: SmokeTested = SmokeTested()
    trouble: Trouble = Trouble()


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Outcome:
    return decide_outcome(request.seen, request.decision, request.tested, request.trouble)
