"""Asking for a yes: one request, one notification, one reminder. The answer comes to the task's token."""

from datetime import datetime

from berth_aws.ledger import Ledger
from berth_aws.reminders import Question, ReminderPlace, ask
from berth_core.announcements import approval_requested
from berth_core.asking import asking
from berth_core.decide.approving import remind_at
from berth_core.errors import BusyError, RefusedError
from berth_core.model import Frozen
from berth_core.purchase_steps import told_token


class Asked(Frozen):
    """Until when the answer is waited for."""

    reason: str


def await_approval(key: str, request_id: str, token: str, place: ReminderPlace, ledger: Ledger, now: datetime) -> Asked:
    """Stores the token, then asks. Asked again, with another token, only if the task before it has failed.

    RefusedError if this run has no claim with a request for an approval: then nobody is asked, and nothing is bought.
    """
    purchase = ledger.purchases.get(key)
    if purchase is None or purchase.request_id != request_id or purchase.approval is None:
        raise RefusedError(f"{key} is not claimed by this run with a request for an approval: nobody is asked")
    if not ledger.purchases.write(told_token(purchase, token)):
        raise BusyError(f"the request for {key} has just been changed")
    approval = purchase.approval
    later = remind_at(approval.asked_at, approval.expires_at)
    first = approval_requested(at=now, **asking(purchase, token, reminder=False))
    again = approval_requested(at=later, **asking(purchase, token, reminder=True))
    ask(Question(id=request_id, first=first, again=again, remind_at=later), place, now)
    return Asked(reason=f"asked for a yes to {approval.seen} until {approval.expires_at:%Y-%m-%d %H:%M} UTC")
