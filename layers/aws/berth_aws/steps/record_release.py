"""The end of a release, or of its checks, in the ledger and in words for the bus. The state machine tells."""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_outcome import Recorded
from berth_core.release_news import release_news
from berth_core.releases import ReleaseOutcome


def record_release(deployment: str, outcome: ReleaseOutcome, bus: str, ledger: Ledger) -> Recorded:
    """Idempotent: recorded again, it writes the same row and tells the same."""
    ledger.releases.keep(deployment, outcome)
    return Recorded(entries=(release_news(deployment, outcome).as_entry(bus),), summary=outcome.summary)
