"""{"moment"?} -> {"quiet_until", "woken": [deployment], "announced": n, "unread": [key]}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.watch_plans import Place, Watched, watch_plans
from berth_shell.clock import now
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import LedgerSettings, Minutes


class Settings(LedgerSettings):
    event_bus: str
    reconcile_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_target_arn: str
    schedule_dlq_arn: str
    lead_minutes: Minutes
    manifest_bucket: str
    register_arn: str


@entry(AnyEvent, Settings)
def handler(_event: AnyEvent, settings: Settings) -> Watched:
    place = Place.model_validate(settings.model_dump(include=set(Place.model_fields)))
    return watch_plans(settings.lead_minutes, place, Ledger.named(settings.ledger_table), now())
