"""An "Object Created" or "Object Deleted" event of the manifest bucket -> {"kind", "deployment"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.register_manifest import Place, Registered, register_manifest
from berth_core.prices import prices_with
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
    priced_types = frozenset(prices_with(settings.on_demand_prices))
    return register_manifest(event.root, place, Ledger.named(settings.ledger_table), priced_types, now())
