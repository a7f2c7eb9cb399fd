"""An "Object Created" or "Object Deleted" event of the manifest bucket -> {"kind", "deployment"}"""

from berth_aws.steps.register_manifest import Place, Registered, register_manifest
from berth_shell.clock import now
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    manifest_bucket: str
    event_bus: str
    reconcile_arn: str
    on_demand_prices: str


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> Registered:
    place = Place.model_validate(settings.model_dump(include=set(Place.model_fields)))
    return register_manifest(event.root, place, settings.ledger_table, settings.on_demand_prices, now())
