"""What came of a sweep, and what is told of it: nothing, if all was in order."""

from collections.abc import Iterable

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.sweeps import Repaired, Sweep, SweepOutcome

MOST_TOLD = 20
"""An event may have 256 KiB; a person reads fewer. The ledger's row has them all."""


def sweep_outcome(sweep: Sweep, results: tuple[Repaired, ...]) -> SweepOutcome:
    """A repair that failed fails the sweep, after all others were tried."""
    failed = _words(each for each in results if each.kind == "failed")
    repaired = _words(each for each in results if each.kind == "repaired")
    would = _words(each for each in results if each.kind == "would")
    return SweepOutcome(
        kind="failed" if failed else "done",
        code="NotRepaired" if failed else "",
        reason=_reason(len(repaired), failed) + (f"; {would[0]}" if would else ""),
        started_at=sweep.started_at,
        repaired=repaired,
        would=would,
        failed=failed,
        left=sum(each.kind == "left" for each in results),
        left_over=sweep.left_over,
        news=bool(failed) or any(each.kind == "repaired" and each.repair.news for each in results),
    )


def sweep_news(outcome: SweepOutcome) -> Announcement | None:
    """None if nothing was put right that anybody would have missed, and nothing failed."""
    if not outcome.news:
        return None
    return news.fleet_swept(
        at=outcome.started_at,
        reason=_told(outcome),
        repaired=outcome.repaired[:MOST_TOLD],
        failed=outcome.failed[:MOST_TOLD],
    )


def _reason(repaired: int, failed: tuple[str, ...]) -> str:
    return f"{repaired} repaired" + (f", {len(failed)} failed, first: {failed[0]}" if failed else "")


def _told(outcome: SweepOutcome) -> str:
    first = (*outcome.failed, *outcome.repaired)[0]
    more = len(outcome.failed) + len(outcome.repaired) - 1
    what = "not repaired" if outcome.failed else "repaired"
    return f"{what}: {first}" + (f"; and {more} more" if more else "")


def _words(results: Iterable[Repaired]) -> tuple[str, ...]:
    return tuple(f"{each.repair.deployment}: {each.reason}" for each in results)
