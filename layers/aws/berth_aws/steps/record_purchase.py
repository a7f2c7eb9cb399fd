"""The end of a purchase, in the ledger and in words for the bus. The state machine tells; this only says what."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.reminders import drop_reminder
from berth_core import purchase_steps
from berth_core.announcements import Announcement
from berth_core.errors import BusyError
from berth_core.model import Frozen
from berth_core.outcomes import Trouble
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Done, NotBought, Purchase, PurchaseDecision, month_of
from berth_core.telling_purchases import bought_news, refused_news


def _none_if_empty(given: Any) -> Any:
    return given or None


class PurchaseEnded(Frozen):
    """What the machine says of its end. It may fail before it has seen anything: then `seen` is absent or empty."""

    holder: str
    seen: Annotated[PurchaseSeen | None, BeforeValidator(_none_if_empty)] = None
    decision: Annotated[
        Annotated[PurchaseDecision, Field(discriminator="kind")] | None, BeforeValidator(_none_if_empty)
    ] = None
    failure: Trouble | None = None


class PurchaseRecorded(Frozen):
    """`entries` are PutEvents entries, to be put as they are. `code` is empty for what was bought or found."""

    entries: tuple[dict[str, str], ...]
    summary: str
    code: str = ""


def record_purchase(
    ended: PurchaseEnded, bus: str, schedule_group: str, ledger: Ledger, now: datetime
) -> PurchaseRecorded:
    """Idempotent: recorded again by the same run, it writes the same rows and tells the same."""
    seen = ended.seen
    if seen is None:
        failure = ended.failure or Trouble()
        return PurchaseRecorded(entries=(), summary=failure.text, code=failure.error)
    after = _after(ended, seen, ledger, now)
    if after is None:
        return PurchaseRecorded(entries=(), summary=ended.decision.reason if ended.decision else "nothing to record")
    _write(after, seen, ledger)
    ledger.purchases.keep(after)
    _give_back(after, ledger, now)
    if after.approval is not None:
        drop_reminder(clients.shared("scheduler"), schedule_group, after.request_id)
    told = _news(ended, after, after.ended_at or now)
    entries = (told.as_entry(bus),) if told else ()
    found = isinstance(ended.decision, Done) or after.is_bought
    return PurchaseRecorded(entries=entries, summary=after.reason, code="" if found else after.code)


def _after(ended: PurchaseEnded, seen: PurchaseSeen, ledger: Ledger, now: datetime) -> Purchase | None:
    """The row as it is to be; None if this run had nothing of its own, and found that there is nothing to do.

    What a run has found to be so stays so, also if it failed at writing that down.
    """
    there = ledger.purchases.get(seen.order.key)
    current = seen.model_copy(update={"purchase": there, "now": now})
    mine, decision = current.mine, ended.decision
    if ended.failure is not None and not isinstance(decision, Done | NotBought):
        failure = NotBought(code=ended.failure.error, reason=ended.failure.text)
        return purchase_steps.failed(mine, ended.failure, now) if mine else purchase_steps.not_bought(current, failure)
    if isinstance(decision, NotBought):
        return purchase_steps.not_bought(current, decision)
    return purchase_steps.done(mine, decision, now) if mine and isinstance(decision, Done) else None


def _write(after: Purchase, seen: PurchaseSeen, ledger: Ledger) -> None:
    there = ledger.purchases.get(seen.order.key)
    if there == after:
        return
    if there is not None and there.request_id != after.request_id and there.is_open:
        return  # another run has the order by now: its row counts
    if not ledger.purchases.write(after):
        raise BusyError(f"the request for {seen.order.key} has just been changed")


def _give_back(after: Purchase, ledger: Ledger, now: datetime) -> None:
    """Money that was set aside in a month and not spent in it."""
    spent_in = month_of(after.called_at) if after.called_at and purchase_steps.keeps_its_money(after) else ""
    for month in sorted({month_of(moment) for moment in (after.begun_at, after.called_at, now) if moment}):
        if month != spent_in:
            ledger.spending.give_back(month, after.request_id)


def _news(ended: PurchaseEnded, after: Purchase, at: datetime) -> Announcement | None:
    if isinstance(ended.decision, Done):
        return bought_news(after, ended.decision, at)
    if after.is_bought:
        # It was written down as bought, and the run failed after that: the row counts.
        return bought_news(after, Done(reason=after.reason, plan_arn=after.plan_arn or ""), at)
    return refused_news(after.order, after, at)
