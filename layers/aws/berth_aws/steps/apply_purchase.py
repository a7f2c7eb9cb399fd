"""The one call that spends money: set the money aside, write the call down, call, write the answer down.

What is written before the call never lapses. So of any number of runs, retries and crashes at most one calls for one
request, and whoever comes after it looks.
"""

from datetime import datetime
from decimal import Decimal

from berth_aws import clients, market
from berth_aws.ledger import Ledger
from berth_aws.purchase_rows import TRIES
from berth_aws.sagemaker_seen import list_plans
from berth_core import purchase_steps
from berth_core.errors import BusyError, RefusedError
from berth_core.model import Frozen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG
from berth_core.purchases import Buy, Purchase, month_of


class Bought(Frozen):
    """What was asked of AWS, or why nothing was."""

    asked: str


def apply_purchase(
    key: str, request_id: str, decision: Buy, stack: str, budget_usd: Decimal, ledger: Ledger, now: datetime
) -> Bought:
    """Safe to repeat at any point. UnknownOutcomeError if the answer was lost; BusyError if nothing was asked."""
    purchase = _mine(ledger, key, request_id)
    if purchase.called_at is not None or not purchase.is_open:
        return Bought(asked=f"{key} was called before, or has ended: it is looked for, and not called again")
    if purchase.order.kind == "plan" and any(plan.name == key for plan in list_plans(clients.shared("sagemaker"))):
        return Bought(asked=f"plan {key} is there already: nothing is called")
    if not _set_aside(ledger, request_id, decision.price_usd, budget_usd, now):
        return _write(ledger, purchase_steps.over_budget(purchase, decision, budget_usd, now), "the budget is used up")
    marked = purchase_steps.called(purchase, decision, now)
    if not ledger.purchases.write(marked):
        raise BusyError(f"the request for {key} has just been changed: looking again")
    return _call(marked, decision, stack, ledger, now)


def _call(marked: Purchase, decision: Buy, stack: str, ledger: Ledger, now: datetime) -> Bought:
    try:
        arn = _ask(marked, decision, stack)
    except BusyError:
        # Nothing was asked of AWS, for certain: a later call is still the first.
        _write(ledger, purchase_steps.not_called(marked), "not called")
        raise
    except RefusedError as error:
        return _write(ledger, purchase_steps.refused(marked, str(error), now), f"AWS refused: {error}")
    return _write(ledger, purchase_steps.answered_with(marked, arn), f"bought {decision.offer.id}")


def _ask(purchase: Purchase, decision: Buy, stack: str) -> str:
    once = clients.once_only("sagemaker")
    order = purchase.order
    if order.kind == "extension":
        market.extend_plan(once, decision.offer.id)
        return order.plan_arn or ""
    tags = {STACK_TAG: stack, **({DEPLOYMENT_TAG: order.deployment} if order.deployment else {})}
    return market.create_plan(once, order.plan, decision.offer.id, tags)


def _mine(ledger: Ledger, key: str, request_id: str) -> Purchase:
    purchase = ledger.purchases.get(key)
    if purchase is None or purchase.request_id != request_id:
        raise RefusedError(f"{key} is not claimed by this run: nothing is bought")
    return purchase


def _set_aside(ledger: Ledger, request_id: str, usd: Decimal, budget_usd: Decimal, now: datetime) -> bool:
    """Counts the money before it is spent: two purchases at once can't both fit the last dollars."""
    for _ in range(TRIES):
        month = ledger.spending.of(month_of(now))
        if month.spent_usd(but_for=request_id) + usd > budget_usd:
            return False
        if month.usd.get(request_id) == usd or ledger.spending.write(month.with_usd(request_id, usd)):
            return True
    raise BusyError("the month's spending is being written by others")


def _write(ledger: Ledger, purchase: Purchase, asked: str) -> Bought:
    """If another has taken the request over, it finds what was bought by looking: nothing depends on this write."""
    ledger.purchases.write(purchase)
    return Bought(asked=asked)
