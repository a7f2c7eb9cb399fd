"""A purchase in a pipeline: what is said there of the offer that waits, and what a manual approval answers."""

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError

from berth_core.asking import what
from berth_core.decide.pipelines import LONGEST_SUMMARY, reply_to
from berth_core.model import Frozen
from berth_core.pipelines import ActionChanged, ApprovalSeen, ExecutionSeen, JobDone, JobReply, json_object
from berth_core.purchases import Answer, Approval, Purchase

LONGEST_OFFER = 500
"""Of CustomData's 1000 characters (botocore's model)."""
LONGEST_NAME = 200
BY_ITS_WORDS = "the name is from the approval's summary alone"
"""For whoever audits: a person may have written the very words that CodePipeline writes."""
_SIGNED = {
    "Succeeded": re.compile(r"Approved by (?P<who>arn:[a-z-]+:(?:iam|sts)::\d{12}:\S+)"),
    "Failed": re.compile(r"Rejected by (?P<who>arn:[a-z-]+:(?:iam|sts)::\d{12}:\S+)"),
}
"""CodePipeline's own summary of an answer that came without one, the whole of it. Any other is what a person wrote."""
_ABANDONED = "Abandoned"
"""Its pipeline's run was stopped, or superseded: nobody can answer it any more."""
_DECISIONS = {"Succeeded": "approve", "Failed": "reject", _ABANDONED: "reject"}


class OfferShown(Frozen):
    """CustomData of a manual approval that answers a purchase: which request, and the very offer."""

    request_id: str = Field(min_length=1)
    offering_id: str = Field(min_length=1)
    price_usd: Decimal
    offer: str = ""


class PurchaseAnswered(Frozen):
    """An answer, and the request that it is for."""

    request_id: str
    answer: Answer


def reply_to_purchase(seen: ExecutionSeen, purchase: Purchase | None) -> JobReply:
    """The action is over once somebody is asked: what comes next in the pipeline is what asks them there."""
    approval = purchase.approval if purchase else None
    if seen.status != "RUNNING" or purchase is None or approval is None or not purchase.waits_for_answer:
        return reply_to(seen)
    return JobDone(
        summary=f"asked for a yes to {approval.seen}"[:LONGEST_SUMMARY],
        execution_id=seen.arn,
        variables=_variables(purchase, approval, seen.arn),
    )


def _variables(purchase: Purchase, approval: Approval, execution: str) -> dict[str, str]:
    """`custom_data` is all that the approval needs; the rest is for whoever wants to write it in other words."""
    shown = {
        "request_id": purchase.request_id,
        "offering_id": approval.offering_id,
        "price_usd": str(approval.price_usd),
        "offer": f"{what(purchase)}: {approval.seen}"[:LONGEST_OFFER],
    }
    return {
        **shown,
        "custom_data": json.dumps(shown),
        "plan": purchase.order.plan,
        "expires_at": f"{approval.expires_at:%Y-%m-%d %H:%M} UTC",
        "execution": execution,
    }


def action_changed(event: dict[str, Any]) -> ActionChanged | str:
    """Which manual approval has ended, by CodePipeline's event; or why the event isn't for us."""
    detail = event.get("detail")
    about = detail.get("type") if isinstance(detail, dict) else None
    if not isinstance(detail, dict) or not isinstance(about, dict) or about.get("category") != "Approval":
        return "the event is of no manual approval"
    try:
        return ActionChanged(
            pipeline=detail.get("pipeline", ""),
            execution_id=detail.get("execution-id", ""),
            stage=detail.get("stage", ""),
            action=detail.get("action", ""),
        )
    except ValidationError:
        return "the event lacks its pipeline, execution, stage or action"


def purchase_answered(changed: ActionChanged, seen: ApprovalSeen | None) -> PurchaseAnswered | str:
    """What the approval answers, as CodePipeline lists it now; or why it answers no purchase.

    A yes without a name is none: who gave it has to be in the ledger. For a no, nobody has to be named: an approval
    that expires fails as a rejected one does, and one that is abandoned with its run can't be answered any more.
    """
    if seen is None:
        return f"CodePipeline lists no {changed.text}"
    decision = _DECISIONS.get(seen.status)
    if decision is None:
        return f"{changed.text} is {seen.status}, which is no answer"
    shown = _offer_in(seen.custom_data)
    if shown is None:
        return f"CustomData of {changed.text} names no purchase: it has to be the variable custom_data of its action"
    who = _who(seen)
    if decision == "approve" and not who:
        return f"CodePipeline doesn't say who approved {changed.text}, so it is no yes: answer with the command instead"
    answer = Answer.model_validate(
        {
            "decision": decision,
            "offering_id": shown.offering_id,
            "price_usd": shown.price_usd,
            "who": (who or "somebody whom CodePipeline does not name")[:LONGEST_NAME],
            "through": f"{changed.text}; {BY_ITS_WORDS}" if _signed(seen) else changed.text,
            "said_at": seen.ended_at,
            "saw": seen.custom_data,
        }
    )
    return PurchaseAnswered(request_id=shown.request_id, answer=answer)


def _who(seen: ApprovalSeen) -> str:
    """Empty if CodePipeline doesn't say."""
    if seen.status == _ABANDONED:
        by = f" ({seen.updated_by})" if seen.updated_by else ""
        return f"whoever stopped or superseded the pipeline's run{by}"
    return seen.updated_by or _signed(seen)


def _signed(seen: ApprovalSeen) -> str:
    """By the summary, where CodePipeline lists nobody."""
    pattern = None if seen.updated_by else _SIGNED.get(seen.status)
    signed = pattern.fullmatch(seen.summary) if pattern else None
    return signed["who"] if signed else ""


def purchases_answered(
    seen: Mapping[ActionChanged, ApprovalSeen], waiting: Collection[str]
) -> tuple[PurchaseAnswered, ...]:
    """What all these approvals answer of the requests that wait: each once, and one no outweighs every yes."""
    found = (purchase_answered(changed, each) for changed, each in seen.items())
    answers = [each for each in found if isinstance(each, PurchaseAnswered) and each.request_id in waiting]
    no_comes_last = sorted(answers, key=lambda each: each.answer.decision == "reject")
    return tuple({each.request_id: each for each in no_comes_last}.values())


def _offer_in(custom_data: str) -> OfferShown | None:
    try:
        return OfferShown.model_validate(json_object(custom_data))
    except ValidationError:
        return None
