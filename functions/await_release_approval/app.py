"""{"token", "deployment", "outcome": ReleaseOutcome} -> {"expires_at"}. The state waits for its token."""

from berth_aws.ledger import Ledger
from berth_aws.reminders import ReminderPlace
from berth_aws.steps.await_release_approval import ReleaseApprovalAsked, await_release_approval
from berth_core.model import Frozen
from berth_core.releases import ReleaseOutcome
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str
    event_bus_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str


class Request(Frozen):
    token: str
    deployment: str
    outcome: ReleaseOutcome


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> ReleaseApprovalAsked:
    place = ReminderPlace.model_validate(settings.model_dump(include=set(ReminderPlace.model_fields)))
    ledger = Ledger.named(settings.ledger_table)
    return await_release_approval(request.deployment, request.token, request.outcome, place, ledger, now())
