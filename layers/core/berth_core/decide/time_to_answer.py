"""How long people have for a yes."""

from datetime import datetime, timedelta

from berth_core.purchases import Order

ANSWER_WITHIN = timedelta(hours=72)
"""A weekend is no reason for a no."""
BEFORE_THE_START = timedelta(minutes=30)
"""A plan has to be paid at least 5 minutes before it starts (aws-facts 1.4), and the purchase takes a few more."""
ENOUGH = timedelta(minutes=30)
"""For somebody at work to read the question and to answer it."""


def answer_until(order: Order, starts: datetime | None, now: datetime) -> datetime:
    """From then on a yes to an offer that starts at `starts` is of no use."""
    moments = [now + ANSWER_WITHIN, order.answer_by]
    if order.kind == "plan" and starts is not None and starts > now:
        moments.append(starts - BEFORE_THE_START)
    return min(moment for moment in moments if moment is not None)
