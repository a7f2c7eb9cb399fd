"""What somebody answered to a purchase, in the ledger as soon as it is there."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.reminders import drop_reminder
from berth_core import purchase_steps
from berth_core.errors import BusyError
from berth_core.model import Frozen
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Said


class AnswerRecorded(Frozen):
    reason: str


def record_purchase_answer(
    seen: PurchaseSeen, said: Said, schedule_group: str, ledger: Ledger, now: datetime
) -> AnswerRecorded:
    """Who said what to what, and when; nobody is reminded any more. What it is worth is decided elsewhere.

    Idempotent: the first answer that was recorded stays, with its time. Another run's request is left as it is.
    """
    mine = seen.model_copy(update={"purchase": ledger.purchases.get(seen.order.key), "now": now}).mine
    after = purchase_steps.told_answer(mine, said, now) if mine else None
    if after is not None and after != mine and not ledger.purchases.write(after):
        raise BusyError(f"the request for {seen.order.key} has just been changed")
    drop_reminder(clients.shared("scheduler"), schedule_group, seen.request_id)
    answered = after is not None and after.approval is not None and after.approval.answered_at is not None
    return AnswerRecorded(reason="the answer is recorded" if answered else "nobody has answered")
