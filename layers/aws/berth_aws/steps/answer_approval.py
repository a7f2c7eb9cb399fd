"""A yes or a no on its way to the purchase that waits for it: from a pipeline, or from whoever has no task token."""

from berth_aws import clients
from berth_aws.executions import send_task_success
from berth_aws.ledger import Ledger
from berth_core.model import Frozen
from berth_core.purchases import Answer


class Answered(Frozen):
    """Whether the answer reached a purchase that was waiting for it."""

    delivered: bool
    reason: str


def answer_approval(key: str, answer: Answer, ledger: Ledger) -> Answered:
    """Sends the answer to the open request for this order (`<plan>`, or `<plan>@<end>` for an extension).

    It is checked where it arrives: late, or for another offer, it is a no. So this refuses nothing but what has
    nowhere to go. Idempotent: a second answer finds nobody waiting.
    """
    purchase = ledger.purchases.get(key)
    approval = purchase.approval if purchase else None
    if purchase is None or not purchase.is_open or approval is None or not approval.token:
        return Answered(delivered=False, reason=f"nobody waits for an answer about {key}")
    payload = answer.model_dump(mode="json")
    if not send_task_success(clients.shared("stepfunctions"), approval.token, payload):
        return Answered(delivered=False, reason=f"the request for {key} was answered already, or has lapsed")
    return Answered(delivered=True, reason=f"{answer.who} answered {answer.decision} to {approval.seen}")
