"""What is left of a wish that was asked by hand, and failed."""

from datetime import datetime

from berth_core.decide.evaluating import is_evaluated
from berth_core.facts import EndpointSeen, Override, Snapshot
from berth_core.outcomes import Outcome
from berth_core.recording.happened import Happened


def without_what_failed(happened: Happened, outcome: Outcome) -> Override | None:
    """What was asked by hand and failed is dropped; what was asked by hand before, and runs, stays. None if nothing
    changes."""
    seen = happened.seen
    known = seen.deployment.override if seen else None
    if seen is None or known is None or outcome.kind != "failed" or outcome.asked not in ("rotate", "resize"):
        return None
    live = seen.endpoint
    runs = live.config.model if live and live.config else None
    wish = known.model_copy(
        update={
            "model": known.model if known.model == runs else _model_before(seen, runs),
            "instance_count": _count(seen, known, live),
        }
    )
    return wish if wish != known else None


def _model_before(seen: Snapshot, runs: str | None) -> str | None:
    """The model that runs, if somebody brought it here under the manifest in force, which names another: the wish that
    failed stood in its place."""
    manifest = seen.deployment.manifest
    if runs is None or runs == manifest.model or is_evaluated(manifest.evaluate, runs):
        return None
    came = (each.config.model for each in seen.attempts if each.config and each.done and _is_under(seen, each.ended_at))
    return runs if runs in came else None


def _count(seen: Snapshot, known: Override, live: EndpointSeen | None) -> int | None:
    """The same of a count, which may have come in place."""
    if live is None or known.instance_count is None or known.instance_count == live.instance_count:
        return known.instance_count if live is not None else None
    count = live.instance_count
    targets = [each.target for each in seen.attempts if each.done and _is_under(seen, each.ended_at)]
    resized = any(target.endswith(f" to {count}") for target in targets)
    return count if resized and count != seen.deployment.manifest.reservation.instance_count else None


def _is_under(seen: Snapshot, moment: datetime) -> bool:
    return moment >= seen.deployment.registered_at
