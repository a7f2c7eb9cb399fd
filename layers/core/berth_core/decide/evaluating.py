"""Whose turn it is in an evaluation: told from what has run, and for how long, not from a timer.

What counts are turns since the first of the manifest's plans opened. A model asked for by hand goes before all turns.
"""

from datetime import datetime, timedelta

from berth_core.decide.covering import Span, covered
from berth_core.decide.passing_over import given_up_for
from berth_core.decide.rollback_alarms import ROLLED_BACK_BY_ALARM
from berth_core.durations import expected
from berth_core.facts import Override, PlanSeen, Snapshot
from berth_core.manifest.serving import Evaluation
from berth_core.model import Frozen

TRIES = 2
"""Failed starts of a model before the next one's turn: the window is paid for."""
BROKEN = frozenset({"SmokeTestFailed", ROLLED_BACK_BY_ALARM})
"""It came up and doesn't answer, or answers badly: trying again would change nothing."""


class Standing(Frozen):
    """One entry of `evaluate`: what it has had, and whether it is given up."""

    model: str
    number: int
    of: int
    hours: int
    had: timedelta
    failed: str = ""

    @property
    def left(self) -> timedelta:
        return max(timedelta(0), timedelta(hours=self.hours) - self.had)

    @property
    def is_over(self) -> bool:
        return bool(self.failed) or not self.left


def standings(seen: Snapshot) -> tuple[Standing, ...]:
    """Each entry in its order. A model that stands in the list twice has its first turn first.

    None beside components, which have no model to take turns with.
    """
    manifest = seen.deployment.manifest
    asked = manifest.evaluate if manifest.model is not None else ()
    spans: dict[str, list[Span]] = {}
    since = _since(seen)
    for turn in seen.turns:
        ended_at = turn.ended_at or seen.now
        if ended_at < since:
            continue
        # One that began before the window and runs on counts from its opening: no new one begins while it runs.
        spans.setdefault(turn.model, []).append((max(turn.started_at, since), ended_at))
    ran = {model: covered(each) for model, each in spans.items()}
    result: list[Standing] = []
    for number, each in enumerate(asked, 1):
        had = min(ran.get(each.model, timedelta(0)), timedelta(hours=each.hours))
        ran[each.model] = ran.get(each.model, timedelta(0)) - had
        failed = _failed(seen, each.model, since)
        result.append(
            Standing(model=each.model, number=number, of=len(asked), hours=each.hours, had=had, failed=failed)
        )
    return tuple(result)


def _failed(seen: Snapshot, model: str, since: datetime) -> str:
    """Why it is passed over; empty if it isn't. A new version of the manifest starts afresh."""
    counts_from = max(since, seen.deployment.registered_at)
    codes = [each.code for each in seen.turns if each.code and each.model == model and each.started_at >= counts_from]
    if len(codes) >= TRIES or BROKEN & set(codes):
        return codes[-1]
    return given_up_for(seen, model)


def has_served(seen: Snapshot, model: str, before: datetime) -> bool:
    """Whether it has had a part of its turn in this window already."""
    turns = [each for each in seen.turns if each.model == model and not each.code and each.started_at < before]
    return any(each.ended_at is None or each.ended_at >= _since(seen) for each in turns)


def turn_of(seen: Snapshot) -> Standing | None:
    """Whose turn it is; None without an evaluation, after its last turn, or while a person has asked for a model."""
    asked = seen.deployment.override
    if asked is not None and asked.model is not None and not asked.in_turn:
        return None
    return next((each for each in standings(seen) if not each.is_over), None)


def in_turn(seen: Snapshot) -> Snapshot:
    """The model whose turn it is counts like the manifest's; after the last turn the manifest's own does."""
    turn = turn_of(seen)
    if turn is None:
        return seen
    override = (seen.deployment.override or Override()).model_copy(update={"model": turn.model, "in_turn": True})
    return seen.model_copy(update={"deployment": seen.deployment.model_copy(update={"override": override})})


def turn_ends_at(seen: Snapshot) -> datetime | None:
    """When the model that runs has had its hours; None if no turn runs."""
    turn = turn_of(seen)
    live = seen.endpoint.config.model if seen.endpoint and seen.endpoint.config else None
    running = any(each.ended_at is None for each in seen.turns)
    return seen.now + turn.left if turn is not None and running and live == turn.model else None


def in_words(seen: Snapshot) -> str:
    """Whose turn it is and who has had theirs, for a reason; empty without an evaluation."""
    all_of_them = standings(seen)
    if not all_of_them:
        return ""
    turn = turn_of(seen)
    skipped = [f"{each.model} doesn't start ({each.failed}) and is passed over" for each in all_of_them if each.failed]
    if turn is not None:
        now = f"turn {turn.number} of {turn.of}: {turn.model} for {turn.hours} hours"
    elif all(each.is_over for each in all_of_them):
        now = f"all {len(all_of_them)} turns of the evaluation are over: {_home_model(seen)} again"
    else:
        now = "the evaluation rests while a model asked for by hand runs"
    return "; ".join([now, *skipped])


def falls_short(seen: Snapshot, plan: PlanSeen, closes_at: datetime | None, starts_at: datetime) -> str:
    """Told beforehand: which turns the window has no time for; empty if it has time for all."""
    if closes_at is None:
        return ""
    left = closes_at - starts_at
    change = expected("rotate", seen.attempts)
    late: list[str] = []
    for each in standings(seen):
        if each.is_over:
            continue
        gets = max(timedelta(0), min(each.left, left - change))
        left -= change + each.left
        if gets < each.left:
            late.append(f"{each.model} gets {_hours(gets)} of {_hours(each.left)} hours")
    if not late:
        return ""
    return (
        f"the window of plan {plan.name} is too short for all turns: {', '.join(late)}; put what matters first in "
        "evaluate, or give fewer hours"
    )


def _home_model(seen: Snapshot) -> str:
    return seen.deployment.manifest.model or "no model"


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f}".removesuffix(".0")


def _since(seen: Snapshot) -> datetime:
    """The first opening of the plans that the manifest names: what ran in an earlier window was another evaluation."""
    named = [plan for plan in seen.plans if plan.name in seen.deployment.manifest.reservation.plans]
    starts = [block.starts_at for plan in named for block in plan.blocks]
    return min(starts, default=datetime.min.replace(tzinfo=seen.now.tzinfo))


def is_evaluated(asked: tuple[Evaluation, ...], model: str | None) -> bool:
    """Whether a model stands in the list."""
    return any(each.model == model for each in asked)
