"""{"holder", "repair": Repair} -> Repaired"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_repair import Place, apply_repair
from berth_core.model import Frozen
from berth_core.sweeps import Repair, Repaired
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import StackSettings


class Settings(StackSettings):
    observe_only: bool
    reconcile_arn: str
    schedule_group: str


class Request(Frozen):
    holder: str
    repair: Repair


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> Repaired:
    place = Place.model_validate(settings.model_dump(include=set(Place.model_fields)))
    return apply_repair(request.repair, request.holder, place, Ledger.named(settings.ledger_table), now())
