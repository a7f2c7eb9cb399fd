"""{} -> {"sweep": Sweep, "waiting": n}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.observe_fleet import Observed, Place, observe_fleet
from berth_shell.clock import now
from berth_shell.entry import AnyEvent, entry
from berth_shell.metrics import count
from berth_shell.settings import StackSettings


class Settings(StackSettings):
    schedule_group: str


@entry(AnyEvent, Settings)
def handler(_event: AnyEvent, settings: Settings) -> Observed:
    place = Place(stack=settings.stack, schedule_group=settings.schedule_group)
    at = now()
    observed = observe_fleet(place, Ledger.named(settings.ledger_table), at)
    count("StuckWaiters", observed.waiting, settings.stack, at)
    return observed
