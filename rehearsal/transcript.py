"""A run as plain text, for golden files: a change of behaviour is a diff that a reviewer can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rehearsal import wording
from rehearsal.figures import figures
from rehearsal.run import Run
from rehearsal.story import lines

_DRAWN_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")


def transcript(run: Run) -> str:
    """The told lines, the figures and the verdicts. Same run, same text, byte for byte.

    Ids that are drawn are left out: one draw more, anywhere, would change all that come after it.
    """
    text = "\n".join([*_heading(run), *_story(run), *_figures(run), *_verdicts(run)]) + "\n"
    return _DRAWN_ID.sub("<id>", text)


def _heading(run: Run) -> Iterator[str]:
    yield f"{run.scenario.name}: {run.scenario.title}"
    yield f"{run.start:%Y-%m-%d %H:%M} to {run.until:%Y-%m-%d %H:%M} UTC"
    yield ""


def _story(run: Run) -> Iterator[str]:
    for line in lines(run.entries):
        about = f"{line.subject}: " if line.subject else ""
        yield f"{line.at:%m-%d %H:%M:%S}  {line.actor:<6}  {line.kind:<12}  {about}{line.text}"
    yield ""


def _figures(run: Run) -> Iterator[str]:
    found = figures(run)
    for each in found.deployments:
        yield (
            f"{each.deployment}: {each.served} served, {each.failed} failed; "
            f"{each.reserved_minutes:.0f} instance-minutes reserved, "
            f"left {wording.early(each.left_early_minutes)} early, {each.minutes_past_end:.0f} min past the end; "
            f"on demand {each.on_demand_hours:.2f} h, {wording.usd(each.on_demand_usd)}"
        )
    for plan in found.plans:
        yield f"{plan.plan}: {plan.used_minutes:.0f} of {plan.reserved_minutes:.0f} instance-minutes used"
    yield ""


def _verdicts(run: Run) -> Iterator[str]:
    for verdict in run.verdicts:
        found = "" if verdict.held else f" (found: {verdict.found})"
        yield f"{'held' if verdict.held else 'NOT HELD'}: {verdict.expected}{found}"
    yield from (f"LEFT BEHIND: {leak}" for leak in run.leaks)
