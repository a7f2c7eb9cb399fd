"""The end of a release, or of its checks, in the ledger and in words for the bus. The state machine tells."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.reminders import drop_reminder
from berth_aws.steps.record_outcome import Recorded
from berth_core.decide.releasing import with_release_answer
from berth_core.errors import RefusedError
from berth_core.purchases import Said
from berth_core.release_news import release_news
from berth_core.releases import ReleaseApproval, ReleaseOutcome


def record_release(deployment: str, outcome: ReleaseOutcome, bus: str, ledger: Ledger) -> Recorded:
    """Idempotent: recorded again, it writes the same row and tells the same."""
    ledger.releases.keep(deployment, outcome)
    return Recorded(entries=(release_news(deployment, outcome).as_entry(bus),), summary=outcome.summary)


def record_release_answer(
    deployment: str, outcome: ReleaseOutcome, said: Said, schedule_group: str, ledger: Ledger, now: datetime
) -> ReleaseApproval:
    """Who said what to what, and when; nobody is reminded any more. Returns it without its token, which is used up.

    Idempotent: the first answer that was recorded stays, with its time. RefusedError if nobody was asked.
    """
    asked = ledger.releases.approval(deployment, outcome)
    if asked is None:
        raise RefusedError(f"nobody was asked about release {outcome.release_id}: that is a no")
    recorded = with_release_answer(asked, said, now)
    ledger.releases.keep_approval(deployment, outcome, recorded)
    drop_reminder(clients.shared("scheduler"), schedule_group, outcome.release_id)
    return recorded.model_copy(update={"token": ""})
