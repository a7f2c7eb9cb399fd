"""{"deployment", "outcome": ReleaseOutcome} -> {"entries", "summary"}; with "said", the answer -> ReleaseApproval"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_outcome import Recorded
from berth_aws.steps.record_release import record_release, record_release_answer
from berth_core.model import Frozen
from berth_core.purchases import Said
from berth_core.releases import ReleaseApproval, ReleaseOutcome
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str
    schedule_group: str


class Request(Frozen):
    deployment: str
    outcome: ReleaseOutcome
    said: Said = None


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> Recorded | ReleaseApproval:
    ledger = Ledger.named(settings.ledger_table)
    deployment, outcome = request.deployment, request.outcome
    if "said" not in request.model_fields_set:
        return record_release(deployment, outcome, settings.event_bus, ledger)
    return record_release_answer(deployment, outcome, request.said, settings.schedule_group, ledger, now())
