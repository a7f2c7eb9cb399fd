"""The end of a sweep, in the ledger and in words for the bus. The state machine tells."""

from berth_aws.ledger import Ledger
from berth_core.model import Frozen
from berth_core.sweep_news import sweep_news, sweep_outcome
from berth_core.sweeps import Repaired, Sweep, SweepOutcome


class SweepRecorded(Frozen):
    """`entries` are PutEvents entries, to be put as they are; none if there is no news."""

    entries: tuple[dict[str, str], ...]
    outcome: SweepOutcome


def record_sweep(sweep: Sweep, results: tuple[Repaired, ...], holder: str, bus: str, ledger: Ledger) -> SweepRecorded:
    """Idempotent: recorded again by the same run, it writes the same row and tells the same."""
    outcome = sweep_outcome(sweep, results)
    ledger.sweeps.keep(holder, outcome)
    news = sweep_news(outcome)
    return SweepRecorded(entries=(news.as_entry(bus),) if news else (), outcome=outcome)
