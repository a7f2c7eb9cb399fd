"""Which offer is taken, and why each other one is not."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from berth_core.decide.time_to_answer import ENOUGH, answer_until
from berth_core.model import Frozen
from berth_core.purchases import Offer, Order

CURRENCY = "USD"


class Judged(Frozen):
    """An offer with its verdict. `code` is empty for one that can be taken, else a heading of the runbook."""

    offer: Offer
    price_usd: Decimal | None = None
    code: str = ""
    why: str = ""
    in_haste: bool = False
    """Somebody has to say yes, and has hardly the time."""


class NoOffer(Frozen):
    """None can be taken; `offer` is the one that came nearest."""

    code: str
    reason: str
    offer: Offer | None = None
    price_usd: Decimal | None = None


def choose(order: Order, offers: tuple[Offer, ...], now: datetime) -> tuple[Judged, str] | NoOffer:
    """The best offer with the reason for each other one, or why there is none."""
    judged = sorted((_with_time_for_a_yes(order, judge(order, offer, now), now) for offer in offers), key=_rank)
    if not judged:
        return NoOffer(code="NoOffer", reason=f"nothing is on sale for {wish(order)}")
    best = judged[0]
    told = "; ".join(f"{describe(each.offer)}: {each.why}" for each in judged if each.why)
    if best.code:
        nearest = min(judged, key=lambda each: (_nearness(each.code), *_rank(each)))
        return NoOffer(code=nearest.code, reason=told, offer=nearest.offer, price_usd=nearest.price_usd)
    others = [each for each in judged[1:] if not each.code]
    behind = [f"{describe(each.offer)}: {_why_behind(best, each)}" for each in others]
    return best, "; ".join(part for part in (*behind, told) if part)


def _with_time_for_a_yes(order: Order, judged: Judged, now: datetime) -> Judged:
    """Of use in the choice alone: once somebody has said yes, the start may be near."""
    if judged.code or order.approval == "none":
        return judged
    until = answer_until(order, starts_at(judged.offer), now)
    if until > now:
        return judged.model_copy(update={"in_haste": until - now < ENOUGH})
    text = f"it needs a yes, and none could come by {_clock(until)}"
    return judged.model_copy(update={"code": "ApprovalLapsed", "why": text})


def judge(order: Order, offer: Offer, now: datetime) -> Judged:
    """Total: a price that can't be read is a verdict like any other."""
    why_not = _misfit(order, offer, now)
    price = price_of(offer)
    if why_not:
        return Judged(offer=offer, price_usd=price, code=why_not[0], why=why_not[1])
    if offer.currency != CURRENCY:
        text = f"its price is in {offer.currency or 'no currency'}, and caps are in {CURRENCY}"
        return Judged(offer=offer, code="ForeignCurrency", why=text)
    if price is None:
        text = f"its price is {offer.price!r}" if offer.price is not None else "it has no price"
        return Judged(offer=offer, code="NoPrice", why=f"{text}, and nothing is bought without one")
    if price > order.max_price_usd:
        text = f"{price} {CURRENCY} is over max_price_usd, {order.max_price_usd}"
        return Judged(offer=offer, price_usd=price, code="OverPrice", why=text)
    return Judged(offer=offer, price_usd=price)


def price_of(offer: Offer) -> Decimal | None:
    """The price in USD: a finite amount above 0, in whole cents. None for anything else, also another currency."""
    try:
        price = Decimal(offer.price or "")
    except InvalidOperation:
        return None
    if offer.currency != CURRENCY or not price.is_finite() or not 0 < price < 10**9:
        return None
    return price if price == round(price, 2) else None


def _misfit(order: Order, offer: Offer, now: datetime) -> tuple[str, str] | None:
    starts, ends = starts_at(offer), ends_at(offer)
    if starts is None or ends is None:
        return "NoOffer", "it doesn't say when it starts and ends"
    if offer.targets and "endpoint" not in offer.targets:
        return "NoOffer", f"it is for {', '.join(offer.targets)}, not for endpoints"
    if any(block.instance_type != order.instance_type for block in offer.blocks):
        return "NoOffer", f"it isn't for {order.instance_type} alone"
    if any(block.instance_count < order.instance_count for block in offer.blocks):
        return "NoOffer", f"it has fewer than {order.instance_count} instances"
    if offer.hours < order.hours:
        return "NoOffer", f"it has {offer.hours} hours, fewer than {order.hours}"
    if order.kind == "extension":
        return _gap_before(order, starts)
    return _wrong_time(order, starts, ends, now) or _too_many_blocks(order, offer)


def _wrong_time(order: Order, starts: datetime, ends: datetime, now: datetime) -> tuple[str, str] | None:
    if ends <= now:
        return "NoOffer", "it is over"
    if order.not_before is not None and starts < order.not_before:
        return "NoOffer", f"it starts before {_clock(order.not_before)}"
    if order.not_after is not None and ends > order.not_after:
        return "NoOffer", f"it ends after {_clock(order.not_after)}"
    return None


def _too_many_blocks(order: Order, offer: Offer) -> tuple[str, str] | None:
    if len(offer.blocks) <= order.max_blocks:
        return None
    return "TooManyBlocks", f"it has {len(offer.blocks)} blocks, and max_blocks is {order.max_blocks}"


def _gap_before(order: Order, starts: datetime) -> tuple[str, str] | None:
    if starts == order.plan_ends_at:
        return None
    return "NoOffer", f"it starts at {_clock(starts)}, and the plan ends at {_clock(order.plan_ends_at)}"


def _rank(judged: Judged) -> tuple[bool, bool, Decimal, str, int, timedelta, str]:
    """What fits, then what leaves time for a yes, the price, the start, the number of blocks and the gap between them.

    The id makes it total.
    """
    offer = judged.offer
    price = judged.price_usd if judged.price_usd is not None else Decimal("Infinity")
    start = starts_at(offer)
    opens = start.isoformat() if start else "~"
    return bool(judged.code), judged.in_haste, price, opens, len(offer.blocks), _gap(offer), offer.id


def _nearness(code: str) -> int:
    """Of several refusals, the one that a person can do the most about is told as the code."""
    return ("OverPrice", "TooManyBlocks", "ApprovalLapsed", "ForeignCurrency", "NoPrice", "NoOffer").index(code)


def _why_behind(best: Judged, other: Judged) -> str:
    if other.in_haste != best.in_haste:
        return "it starts so soon that a yes could hardly come in time"
    if other.price_usd != best.price_usd:
        return "it costs more"
    if starts_at(other.offer) != starts_at(best.offer):
        return "it starts later"
    return "it has more blocks or a longer gap" if _rank(other)[4:6] != _rank(best)[4:6] else "it is no better"


def starts_at(offer: Offer) -> datetime | None:
    starts = [block.starts_at for block in offer.blocks]
    known = [start for start in starts if start is not None]
    return min(known) if known and len(known) == len(starts) else None


def ends_at(offer: Offer) -> datetime | None:
    ends = [block.ends_at for block in offer.blocks]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _gap(offer: Offer) -> timedelta:
    """Time between the first start and the last end in which nothing is reserved."""
    starts, ends = starts_at(offer), ends_at(offer)
    if starts is None or ends is None:
        return timedelta(0)
    used = (block.ends_at - block.starts_at for block in offer.blocks if block.starts_at and block.ends_at)
    return max(timedelta(0), ends - starts - sum(used, timedelta(0)))


def describe(offer: Offer) -> str:
    """The exact offer in one line: what an approval shows."""
    blocks = ", ".join(f"{_clock(block.starts_at)} to {_clock(block.ends_at)}" for block in offer.blocks)
    what = ", ".join(sorted({f"{block.instance_count} x {block.instance_type}" for block in offer.blocks}))
    price = f"{offer.price} {offer.currency}" if offer.price is not None else "no price"
    return f"{offer.id} ({what or 'nothing'}, {offer.hours} h, {blocks or 'no times'}, {price})"


def wish(order: Order) -> str:
    """What was looked for, in words."""
    if order.kind == "extension":
        return f"{order.hours} more hours of plan {order.plan}"
    first = f" from {_clock(order.not_before)}" if order.not_before else ""
    last = f" until {_clock(order.not_after)}" if order.not_after else ""
    return f"{order.instance_count} x {order.instance_type} for {order.hours} hours{first}{last}"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "no time"
