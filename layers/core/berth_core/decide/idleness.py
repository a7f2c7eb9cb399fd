"""Whether nobody calls, and whether parking then is worth it (performance.md 5).

Off the reservation a parked gap of `g` minutes is paid like `min(g, D + R) + V + L`: detection, release, provisioning
and loading. So parking pays only for gaps longer than `D + R + V + L`, and what a gap will be is a guess. The rule:
park when every known gap that lasted as long as this one has, lasted beyond the break-even; with no such gap known,
when this one has already lasted as long as parking and waking takes. A wake that was lost has to be earned back before
the next is risked: so no pattern of calls costs more than one wake above staying on, while a version of the manifest
is in force.
"""

from datetime import datetime, timedelta
from itertools import chain

from berth_core.decide.arranging import ours
from berth_core.decide.orders import wake_time
from berth_core.facts import Gap, Snapshot
from berth_core.manifest import Idle
from berth_core.model import Frozen

RELEASE = timedelta(minutes=10)
"""How long SageMaker keeps an instance without copies (aws-facts 3.2); an observation of AWS's blog, not a promise."""


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
    if gap.parked_at is None and not any(each.desired_copies for each in ours(seen).values()):
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
    names = [name for name, each in ours(seen).items() if each.desired_copies > 0]
    if not names or any(name not in alarms or not alarms[name].firing for name in names):
        return None
    quiet = [alarms[name].since - timedelta(minutes=alarms[name].minutes) for name in names]
    refused = [each.since for each in seen.alarms if each.kind == "wake" and each.firing]
    return max(chain(quiet, refused, _woken_at(seen)))


def forecast(seen: Snapshot, idle: Idle, since: datetime) -> Forecast:
    """Off the reservation: whether the gap that began at `since` is expected to outlast the break-even."""
    wake = wake_time(seen)
    counted = tuple(gap for gap in seen.gaps if gap.started_at >= seen.deployment.registered_at)
    if balance(counted, wake) < timedelta(0):
        lost = _minutes(-balance(counted, wake))
        return Forecast(worth_it=False, reason=f"parking has cost {lost} more minutes than it has saved so far")
    age = seen.now - since
    price = RELEASE + wake
    lasted = [gap.ended_at - gap.started_at for gap in seen.gaps if gap.ended_at]
    longer = [each for each in lasted if each > age]
    if not longer:
        at = since + max(price, timedelta(minutes=idle.minutes))
        text = f"idle for {_minutes(age)} minutes, parking and waking takes {_minutes(price)}"
        return Forecast(worth_it=seen.now >= at, reason=text, at=at)
    shortest = min(longer)
    known = f"the shortest gap known to last so long lasted {_minutes(shortest)} minutes"
    text = f"{known}, and break-even is at {_minutes(age + price)}"
    # Beyond that gap's length others count.
    return Forecast(worth_it=shortest >= age + price, reason=text, at=since + shortest)


def balance(gaps: tuple[Gap, ...], wake: timedelta) -> timedelta:
    """Idle time saved by all parkings that are over, less what they cost above staying on."""
    return sum((gap_saved(gap, wake) for gap in gaps), timedelta(0))


def gap_saved(gap: Gap, wake: timedelta) -> timedelta:
    """Negative if staying on would have been cheaper: the wake was paid, and too little was released."""
    if gap.ended_at is None or gap.parked_at is None:
        return timedelta(0)
    length = gap.ended_at - gap.started_at
    paid = min(length, gap.parked_at - gap.started_at + RELEASE) + wake
    return length - paid


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f}"
