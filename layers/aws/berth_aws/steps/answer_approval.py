"""A manual approval of CodePipeline was answered: the answer goes to the purchase that waits for it."""

from collections.abc import Sequence
from typing import Any

from berth_aws import clients
from berth_aws.executions import send_task_success
from berth_aws.ledger import Ledger
from berth_aws.pipelines import approval_seen, approvals_seen
from berth_core.decide.pipeline_purchases import (
    PurchaseAnswered,
    action_changed,
    purchase_answered,
    purchases_answered,
)
from berth_core.model import Frozen
from berth_core.purchases import Answer


class Answered(Frozen):
    """Whether the answer reached a purchase that was waiting for it."""

    delivered: bool
    reason: str


def answer_from_pipeline(event: dict[str, Any], ledger: Ledger) -> Answered:
    """Of the event only the action's name is taken: what was answered, and by whom, is read from CodePipeline."""
    changed = action_changed(event)
    if isinstance(changed, str):
        return Answered(delivered=False, reason=changed)
    found = purchase_answered(changed, approval_seen(clients.shared("codepipeline"), changed))
    if not isinstance(found, PurchaseAnswered):
        return Answered(delivered=False, reason=found)
    return answer_approval(found.request_id, found.answer, ledger)


def answer_from_pipelines(pipeline_arns: Sequence[str], ledger: Ledger) -> Answered:
    """Makes up for lost events: what the pipelines list of the requests that wait is answered as an event would be.

    Asks CodePipeline nothing while nobody waits. Idempotent.
    """
    waiting = {each.request_id for each in ledger.purchases.all() if each.waits_for_answer}
    if not waiting:
        return Answered(delivered=False, reason="no purchase waits for an answer")
    client = clients.shared("codepipeline")
    names = (arn.rpartition(":")[2] for arn in pipeline_arns)
    seen = {changed: each for name in names for changed, each in approvals_seen(client, name).items()}
    answers = [answer_approval(each.request_id, each.answer, ledger) for each in purchases_answered(seen, waiting)]
    told = "; ".join(each.reason for each in answers)
    return Answered(
        delivered=any(each.delivered for each in answers),
        reason=told or f"no listed pipeline has an answer; waiting: {', '.join(sorted(waiting))}",
    )


def answer_approval(request_id: str, answer: Answer, ledger: Ledger) -> Answered:
    """Sends the answer to the open request of this id.

    It is checked where it arrives: late, or for another offer, it is a no. So this refuses nothing but what has
    nowhere to go. Idempotent: a second answer finds nobody waiting.
    """
    purchase = next((each for each in ledger.purchases.all() if each.request_id == request_id), None)
    approval = purchase.approval if purchase else None
    if purchase is None or approval is None or not purchase.waits_for_answer:
        return Answered(delivered=False, reason=f"request {request_id} waits for no answer")
    payload = answer.model_dump(mode="json", exclude_defaults=True)
    if not send_task_success(clients.shared("stepfunctions"), approval.token, payload):
        return Answered(delivered=False, reason=f"request {request_id} was answered already, or has lapsed")
    return Answered(delivered=True, reason=f"{answer.who} answered {answer.decision} to {approval.seen}")
