"""What was decided, measured and rotated -> ReleaseOutcome. Pure: no AWS layer, no permission, no setting."""

from berth_core.decide.released import ReleaseSoFar, decide_release_outcome
from berth_core.releases import ReleaseOutcome
from berth_shell.entry import entry
from berth_shell.settings import Environment


@entry(ReleaseSoFar, Environment)
def handler(request: ReleaseSoFar, _settings: Environment) -> ReleaseOutcome:
    return decide_release_outcome(request)
