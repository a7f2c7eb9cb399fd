"""{"holder", "sweep": Sweep, "results": [Repaired]} -> {"entries", "outcome": SweepOutcome}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_sweep import SweepRecorded, record_sweep
from berth_core.model import Frozen
from berth_core.sweeps import Repaired, Sweep
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str


class Request(Frozen):
    holder: str
    sweep: Sweep
    results: tuple[Repaired, ...]


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> SweepRecorded:
    ledger = Ledger.named(settings.ledger_table)
    return record_sweep(request.sweep, request.results, request.holder, settings.event_bus, ledger)
