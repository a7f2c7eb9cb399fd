"""Draws a world from its seed: when which plans open, what the manifests ask for, and how slow everything is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from rehearsal.simulation.asking import Asking, with_questions
from rehearsal.simulation.bystanders import at_opening, by_hand, puts, strangers, traffic
from rehearsal.simulation.components import Serving, calls, declared_with, drawn_serving
from rehearsal.simulation.manifests import changed, drawn_manifest
from rehearsal.simulation.troubles import drawn_troubles
from rehearsal.simulation.worlds import Declared, World, Written

_MORNINGS = ((3, 2), (3, 7), (3, 28), (5, 31), (10, 24), (10, 31))
"""Some are the days before clocks are changed, in the United States or in Europe; one is a month's last."""
_TYPE = "ml.p5.48xlarge"
BUDGET_USD = Decimal("5000.00")
"""The same in all worlds: the stack is translated once for each set of parameters. What plans cost is drawn."""
PARAMETERS = {
    "ExecutionRoleArns": "arn:aws:iam::111122223333:role/inference",
    "PurchaseBudgetUsd": str(BUDGET_USD),
}
_FEES_USD = (Decimal(4980), Decimal(4980), Decimal(5010))
"""Some plans cost more than may be spent."""
_SHOWN_AFTER_SECONDS = (0, 0, 0, 2, 0, 0, 0, 8)
"""In some worlds what was just made is not to be seen at once."""
_COPIES_COME_AND_GO = timedelta(minutes=15)
"""After an endpoint its components; and an instance without copies is let go of after ten minutes."""
NAMES = ("llama-eval", "reranker")
SEEDS_PER_WORLD = 20
_KINDS, _OF_QUESTIONS, _OF_COMPONENTS = 5, 0, 1
"""Of five worlds one asks people, and one runs inference components."""


@dataclass(frozen=True)
class Window:
    """A plan's blocks; `count` instances are reserved."""

    plan: str
    count: int
    blocks: tuple[tuple[datetime, datetime], ...]
    fee_usd: Decimal

    @property
    def end(self) -> datetime:
        return self.blocks[-1][1]

    @property
    def hours(self) -> int:
        return sum(int((end - start) / timedelta(hours=1)) for start, end in self.blocks)


def world_number(seed: int) -> int:
    """Seeds share a world by twenties: it is played once, up to where the trouble of each begins."""
    return seed // SEEDS_PER_WORLD


def drawn_world(seed: int) -> World:
    """With its trouble. The same seed, the same world."""
    world, hot = _calm_world(world_number(seed))
    return drawn_troubles(Random(f"trouble of {seed}"), world, hot)


def _calm_world(number: int) -> tuple[World, list[datetime]]:
    """And its hot moments."""
    random = Random(number)
    month, day = random.choice(_MORNINGS)
    start = datetime(2026, month, day, 9, tzinfo=UTC)
    timings = _timings(random)
    bought = random.random() < 0.3
    windows = _windows(random, start, bought=bought)
    wishes = _wishes(random, number, start, windows, bought=bought)
    declared, serving = list(wishes.asking.declared), wishes.serving
    # What the service buys itself may never be there to be moved.
    movable = windows[-1] if bought and len(windows) > 1 else windows[0]
    is_ordered = bought and movable is windows[0]
    moved, short_notice = _moved_end(random, movable, _finish(declared), chance=0 if is_ordered else 0.4)
    openings = [opens for window in windows for opens, _ in window.blocks]
    until = max(window.end for window in windows) + timedelta(hours=2 + _longest_stay(declared)) + wishes.asking.longer
    plain = [each for each in declared if each.deployment not in serving]
    steps = [
        *strangers(random, start),
        *_market(random, start, windows, bought=bought),
        *puts(declared),
        *by_hand(random, declared),
        *at_opening(Random(f"opening of {number}"), declared, openings, timings["activation_minutes"]),
        *moved,
        *wishes.asking.steps,
        *traffic(plain, start, until),
        *calls(Random(f"calls of {number}"), serving, start, until),
    ]
    world = World(
        number=number,
        base=_scenario(number, start, until, timings, steps),
        declared=tuple(declared),
        slowest=_slowest(timings, bought=bought) + (_COPIES_COME_AND_GO if serving else timedelta(0)),
        budget_usd=BUDGET_USD,
        short_notice=short_notice,
        start_seconds=random.choice((0.0, 0.5, 3.0)),
        orders=bought,
        components=tuple(name for each in serving.values() for name, _ in each.components),
    )
    return world, _hot_moments(windows, declared)


def _slowest(timings: dict[str, float], *, bought: bool) -> timedelta:
    """A change may have to wait for another one, which goes on; and both for a plan."""
    changes = ("provision_minutes", "load_minutes", "release_minutes", "delete_minutes")
    minutes = 2 * sum(timings[name] for name in changes) + timings["activation_minutes"]
    return timedelta(minutes=minutes + (timings["purchase_minutes"] if bought else 0))


def _longest_stay(declared: list[Declared]) -> int:
    """The most hours on on-demand that anybody asks for."""
    asked = [each.manifest["end_of_window"].get("on_demand", {}) for each in declared if each.manifest is not None]
    return max((int(each.get("max_hours", 0)) for each in asked), default=0)


@dataclass(frozen=True)
class _Wishes:
    """What the manifests ask for; `serving` of which deployments by components."""

    asking: Asking
    serving: dict[str, Serving]


def _wishes(random: Random, number: int, start: datetime, windows: list[Window], *, bought: bool) -> _Wishes:
    declared = _declared(random, start, windows, bought=bought)
    serving = _serving(Random(f"components of {number}"), number, declared, start)
    asking = _asking(number, start, declared_with(serving, declared), windows, bought=bought)
    return _Wishes(asking, serving)


def _serving(random: Random, number: int, declared: list[Declared], start: datetime) -> dict[str, Serving]:
    """By deployment: in some worlds the first one runs components, in some of those the other one too."""
    if number % _KINDS != _OF_COMPONENTS:
        return {}
    first, *others = sorted({each.deployment for each in declared})
    return {name: drawn_serving(random, name, start) for name in (first, *(others if random.random() < 0.5 else ()))}


def _asking(number: int, start: datetime, declared: list[Declared], windows: list[Window], *, bought: bool) -> Asking:
    if number % _KINDS != _OF_QUESTIONS:
        return Asking(tuple(declared))
    first = windows[0]
    plan = {"name": first.plan, "count": first.count, "start": first.blocks[0][0], "end": first.end}
    random = Random(f"questions of {number}")
    return with_questions(random, start, declared, plan, bought=bought, alone=len(windows) == 1)


def _timings(random: Random) -> dict[str, float]:
    return {
        "provision_minutes": random.choice((1, 2, 5)),
        "load_minutes": random.choice((1, 2, 8, 16)),
        "release_minutes": 1,
        # At once: its event comes before anybody waits for it.
        "delete_minutes": random.choice((0, 1, 2, 4)),
        "activation_minutes": random.choice((0, 2, 2, 25)),
        "purchase_minutes": random.choice((1, 5, 30)),
    }


def _windows(random: Random, start: datetime, *, bought: bool) -> list[Window]:
    opens = start + timedelta(hours=random.randint(1, 2), minutes=30)
    first = _window(random, "p5-first", opens)
    if bought:
        # By days, and not by any number: what a manifest can order.
        first = Window(
            "p5-first", random.choice((1, 2)), ((opens, opens + timedelta(days=1)),), random.choice(_FEES_USD)
        )
    if random.random() < 0.45:
        return [first]
    # Overlapping, touching, or with a gap.
    opens = first.end + timedelta(hours=random.choice((-3, -2, 0, 0, 1, 4)))
    return [first, _window(random, "p5-second", opens)]


def _window(random: Random, plan: str, opens: datetime) -> Window:
    closes = opens + timedelta(hours=random.randint(5, 7))
    blocks = [(opens, closes)]
    if random.random() < 0.25:
        again = closes + timedelta(hours=random.randint(2, 5))
        blocks.append((again, again + timedelta(hours=random.randint(4, 6))))
    return Window(plan, random.randint(1, 3), tuple(blocks), random.choice(_FEES_USD))


def _declared(random: Random, start: datetime, windows: list[Window], *, bought: bool) -> list[Declared]:
    plans = [window.plan for window in windows]
    found: list[Declared] = []
    for name in NAMES[: random.choice((1, 1, 1, 2))]:
        manifest = drawn_manifest(random, name, plans, windows[0].count)
        if bought and name == NAMES[0]:
            manifest["reservation"]["purchase"] = _order(random, windows[0], start)
            manifest["reservation"]["plans"] = [windows[0].plan]
            asked = manifest["reservation"]["instance_count"]
            manifest["reservation"]["instance_count"] = min(asked, windows[0].count)
        found.append(Declared(start + timedelta(minutes=20), name, manifest))
        if random.random() < 0.5:
            at = windows[0].blocks[0][0] + timedelta(minutes=random.randint(-30, 400))
            found.append(Declared(at, name, changed(random, manifest, windows[0].count)))
    return sorted(found, key=lambda each: each.at)


def _order(random: Random, window: Window, start: datetime) -> Written:
    return {
        "instance_count": window.count,
        "hours": window.hours,
        "not_before": f"{start:%Y-%m-%d}",
        "not_after": f"{window.end + timedelta(days=2):%Y-%m-%d}",
        "max_price_usd": str(window.fee_usd + random.choice((10, 10, -5))),
        "max_blocks": len(window.blocks),
        "approval": "none",
    }


def _finish(declared: list[Declared]) -> int:
    manifests = [each.manifest for each in declared if each.manifest is not None]
    return max(int(manifest["end_of_window"]["finish_before_minutes"]) for manifest in manifests)


def _moved_end(random: Random, window: Window, finish_minutes: int, *, chance: float) -> tuple[list[Written], bool]:
    """A plan's last block ends earlier or later than it was sold; the second value says that nobody could be ready."""
    if random.random() >= chance:
        return [], False
    opened, closed = window.blocks[-1]
    moved = closed + timedelta(hours=random.choice((-2, -1, 2)))
    at = opened + timedelta(minutes=random.randint(30, 150))
    change = {"plan": window.plan, "block": len(window.blocks) - 1, "end": moved.isoformat()}
    notice = moved - at - timedelta(minutes=finish_minutes)
    return [{"at": at.isoformat(), "change_plan": change}], notice < timedelta(hours=3)


def _market(random: Random, start: datetime, windows: list[Window], *, bought: bool) -> list[Written]:
    steps: list[Written] = [
        {"at": start.isoformat(), "create_model": {"name": name}} for name in ("my-model", "my-model-v2")
    ]
    for index, window in enumerate(windows):
        offer: dict[str, Any] = {
            "offering": window.plan,
            "instance_type": _TYPE,
            "instance_count": window.count,
            "blocks": [{"start": opens.isoformat(), "end": closes.isoformat()} for opens, closes in window.blocks],
            "upfront_fee": str(window.fee_usd),
        }
        if random.random() < 0.06:
            offer["payment"] = "fails"
        steps.append({"at": start.isoformat(), "put_on_sale": offer})
        if not (bought and index == 0):
            at = (start + timedelta(minutes=5 + index)).isoformat()
            steps.append({"at": at, "buy": {"plan": window.plan, "offering": window.plan}})
    return steps


def _scenario(
    number: int,
    start: datetime,
    until: datetime,
    timings: dict[str, float],
    steps: list[Written],
) -> Written:
    settings = {
        "timings": timings,
        "generated_offerings": False,
        # Whether AWS takes a plan's name twice is not known.
        "duplicate_plan_name": "accepted" if number % 2 else "refused",
        "shown_after_seconds": _SHOWN_AFTER_SECONDS[number % len(_SHOWN_AFTER_SECONDS)],
    }
    return {
        "name": f"world-{number}",
        "title": f"World {number}",
        "shows": "What was drawn.",
        "start": start.isoformat(),
        "until": until.isoformat(),
        "parameters": PARAMETERS,
        "settings": settings,
        "steps": steps,
        "expect": [{"minutes_past_end": 1_000_000}],
    }


def _hot_moments(windows: list[Window], declared: list[Declared]) -> list[datetime]:
    """Where trouble does most harm: openings, the way off, and whatever is being changed."""
    moments = [each.at for each in declared]
    for opens, closes in (block for window in windows for block in window.blocks):
        moments += [opens, opens + timedelta(minutes=2), closes - timedelta(hours=2), closes - timedelta(hours=3)]
        moments.append(closes + timedelta(hours=1))
    return moments
