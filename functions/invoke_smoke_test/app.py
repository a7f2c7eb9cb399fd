"""{"seen": Snapshot} -> {"failed": bool or null, "reason"}"""

from berth_aws.steps.invoke_smoke_test import invoke_smoke_test
from berth_core.decide.outcome import SmokeTested
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> SmokeTested:
    return invoke_smoke_test(request.seen)
