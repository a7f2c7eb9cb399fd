"""{"key", "request_id", "token"} -> {"reason"}; the answer comes to the token"""

from berth_aws.ledger import Ledger
from berth_aws.reminders import ReminderPlace
from berth_aws.steps.await_approval import Asked, await_approval
from berth_core.model import Frozen
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Request(Frozen):
    key: str
    request_id: str
    token: str


class Settings(LedgerSettings):
    event_bus: str
    event_bus_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> Asked:
    place = ReminderPlace.model_validate(settings.model_dump(include=set(ReminderPlace.model_fields)))
    ledger = Ledger.named(settings.ledger_table)
    return await_approval(request.key, request.request_id, request.token, place, ledger, now())
