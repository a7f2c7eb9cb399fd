"""Hands off: said by the manifest (`hold_until`) or by a tag on the endpoint. An expired hold ends by itself."""

import math
from datetime import UTC, datetime

from berth_core.facts import Snapshot
from berth_core.model import Frozen, Time
from berth_core.naming import HOLD_TAG


class HandsOff(Frozen):
    """Who says so, in words. Without `until` it lasts until somebody changes it."""

    reason: str
    until: Time | None = None
    by_tag: bool = False


def hands_off(seen: Snapshot) -> HandsOff | None:
    """The hold that lasts longest; None if nobody says hands off any more."""
    held = [each for each in (_by_manifest(seen), _by_tag(seen)) if each is not None]
    return max(held, key=_lasts, default=None)


def _by_manifest(seen: Snapshot) -> HandsOff | None:
    until = seen.deployment.manifest.hold_until
    if until is None or until <= seen.now:
        return None
    return HandsOff(reason=f"hands off until {_clock(until)}, says the manifest", until=until)


def _by_tag(seen: Snapshot) -> HandsOff | None:
    said = seen.endpoint.tags.get(HOLD_TAG) if seen.endpoint else None
    if said is None:
        return None
    until = _time(said)
    if until is None:
        text = (
            f"the endpoint's tag {HOLD_TAG} is {said!r}, which is no time with its zone: hands off until somebody "
            "removes it, or writes one such as 2026-12-01T08:00:00Z"
        )
        return HandsOff(reason=text, by_tag=True)
    if until <= seen.now:
        return None
    return HandsOff(reason=f"hands off until {_clock(until)}, says the endpoint's tag", until=until, by_tag=True)


def _time(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said.strip())
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None  # the last hours of the year 9999 are in UTC a year that no calendar here knows


def _lasts(held: HandsOff) -> float:
    return held.until.timestamp() if held.until else math.inf


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
