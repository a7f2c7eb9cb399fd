"""Whether nobody calls, and whether parking then is worth it (performance.md 5).

Off the reservation a parked gap of `g` minutes is paid like `min(g, D + R) + V + L`: detection, release, provisioning
and loading. So parking pays only for gaps longer than `D + R + V + L`, and what a gap will be is a guess (ADR 29).
Three states of what parking has saved so far, less what it has cost:

* less than nothing: a wake was lost, and no other one is risked;
* nothing yet: only a gap that has lasted far beyond the break-even, and beyond what is usual, is parked;
* enough to pay for a lost wake: parked at the age that would have saved the most over the gaps known.

So no pattern of calls costs more than one wake above staying on, over the gaps that are known and while a version of
the manifest is in force.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from berth_core.decide.arranging import alive
from berth_core.decide.orders import wake_time
from berth_core.facts import Gap, Snapshot
from berth_core.manifest import Idle
from berth_core.model import Frozen

RELEASE = timedelta(minutes=10)
"""How long SageMaker keeps an instance without copies (aws-facts 3.2); an observation of AWS's blog, not a promise."""
EVIDENCE = 12
"""Times the break-even, and times the mean gap known, that the first gap to be parked must have lasted. Less loses
wakes to calls that come at random (docs/idle-costs.md)."""


def gap_to_keep(seen: Snapshot) -> Gap | None:
    """What has to be written down of the present gap, or of the one that has ended; None if nothing is new."""
    known = next(iter(seen.gaps), None)
    running = known if known is not None and known.ended_at is None else None
    calls = _called_at(seen)
    if running is not None and calls is not None:
        return running.model_copy(update={"ended_at": max(calls, running.started_at)})
    quiet = _quiet_since(seen)
    if quiet is None:
        return None
    gap = running or Gap(started_at=quiet)
    if gap.parked_at is None and not any(each.desired_copies for each in alive(seen).values()):
        gap = gap.model_copy(update={"parked_at": seen.now})
    return gap if gap != known else None


def _quiet_since(seen: Snapshot) -> datetime | None:
    """Since when no component has been called, by the alarms alone."""
    idle = [each for each in seen.alarms if each.kind == "idle"]
    if not idle or _called_at(seen) is not None or not all(each.firing for each in idle):
        return None
    return max(chain((each.since - timedelta(minutes=each.minutes) for each in idle), _woken_at(seen)))


def _woken_at(seen: Snapshot) -> list[datetime]:
    """Before it was last brought up there were no copies, and so no idle ones."""
    woken = [each.ended_at for each in seen.attempts if each.done and (each.kind == "deploy" or each.rung == "wake")]
    return [*woken[:1], seen.deployment.registered_at]


def _called_at(seen: Snapshot) -> datetime | None:
    """When somebody called who is still calling, or was refused just now."""
    served = [each.since for each in seen.alarms if each.kind == "idle" and each.state == "OK"]
    refused = [each.since for each in seen.alarms if each.kind == "wake" and each.firing]
    return min([*served, *refused], default=None)


class Forecast(Frozen):
    """`worth_it` now; if not, it may be from `at` on, as far as can be told."""

    worth_it: bool
    reason: str
    at: datetime | None = None


def idle_since(seen: Snapshot) -> datetime | None:
    """Since when nobody has called any of the components; None if somebody has, or nobody can tell.

    An alarm without data fires too, so a time at zero copies doesn't count: what was woken, or has just arrived, has
    its full minutes before it is parked again.
    """
    alarms = {each.component: each for each in seen.alarms if each.kind == "idle"}
    names = [name for name, each in alive(seen).items() if each.desired_copies > 0]
    if not names or any(name not in alarms or not alarms[name].firing for name in names):
        return None
    quiet = [alarms[name].since - timedelta(minutes=alarms[name].minutes) for name in names]
    refused = [each.since for each in seen.alarms if each.kind == "wake" and each.firing]
    return max(chain(quiet, refused, _woken_at(seen)))


def forecast(seen: Snapshot, idle: Idle, since: datetime) -> Forecast:
    """Off the reservation: whether the gap that began at `since` is expected to outlast the break-even."""
    wake = wake_time(seen)
    counted = tuple(gap for gap in seen.gaps if gap.started_at >= seen.deployment.registered_at)
    lasted = [gap.ended_at - gap.started_at for gap in seen.gaps if gap.ended_at]
    after, why = parks_after(lasted, balance(counted, wake), timedelta(minutes=idle.minutes), wake)
    if after is None:
        return Forecast(worth_it=False, reason=why)
    at = since + after
    return Forecast(worth_it=seen.now >= at, reason=why, at=at)


def parks_after(
    lasted: Sequence[timedelta], earned: timedelta, quiet: timedelta, wake: timedelta
) -> tuple[timedelta | None, str]:
    """The age at which a gap is parked, never before `quiet`, and why; None: at none.

    `lasted` are the lengths of the gaps known, and `earned` is what parking has saved in them, less what it has cost.
    """
    if earned < timedelta(0):
        return None, f"parking has cost {_minutes(-earned)} more minutes than it has saved so far"
    return _by_experience(lasted, quiet, wake) if earned >= wake else _at_first(lasted, quiet, wake)


def _at_first(lasted: Sequence[timedelta], quiet: timedelta, wake: timedelta) -> tuple[timedelta, str]:
    """Nothing is there yet to pay for a lost wake: so only what stands out."""
    price = RELEASE + wake
    usual = sum(lasted, timedelta(0)) / max(1, len(lasted))
    after = max(quiet, EVIDENCE * price, EVIDENCE * usual)
    takes = f"parking and waking takes {_minutes(price)} minutes"
    why = f"{takes}, and as long as it has saved nothing, it begins after {_minutes(after)}"
    return after, why


def _by_experience(lasted: Sequence[timedelta], quiet: timedelta, wake: timedelta) -> tuple[timedelta, str]:
    """The age at which parking would have saved the most; the earliest of equals."""
    ages = sorted({quiet, *(each for each in lasted if each > quiet)})
    sums = [sum((_saved(each, age, wake) for each in lasted if each > age), timedelta(0)) for age in ages]
    most = max(sums)
    if most > timedelta(0):
        best = ages[sums.index(most)]
        text = (
            f"parking at {_minutes(best)} minutes would have saved {_minutes(most)} over the {len(lasted)} gaps known"
        )
        return best, text
    after = max(quiet, RELEASE + wake, *lasted)
    return after, f"no gap known was worth it, and one beyond {_minutes(after)} is longer than all"


def balance(gaps: tuple[Gap, ...], wake: timedelta) -> timedelta:
    """Idle time saved by all parkings that are over, less what they cost above staying on."""
    return sum((gap_saved(gap, wake) for gap in gaps), timedelta(0))


def gap_saved(gap: Gap, wake: timedelta) -> timedelta:
    """Negative if staying on would have been cheaper: the wake was paid, and too little was released."""
    if gap.ended_at is None or gap.parked_at is None:
        return timedelta(0)
    return _saved(gap.ended_at - gap.started_at, gap.parked_at - gap.started_at, wake)


def _saved(length: timedelta, parked_after: timedelta, wake: timedelta) -> timedelta:
    return length - min(length, parked_after + RELEASE) - wake


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f}"
