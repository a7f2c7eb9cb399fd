"""What an endpoint that is gone has left behind: configs of ours that nothing uses."""

from berth_core.decide.intent import Intent
from berth_core.decisions import Tidy
from berth_core.facts import Snapshot
from berth_core.naming import decision_id


def cleared(seen: Snapshot, intent: Intent) -> Tidy | None:
    """Asked of endpoint_rotate by reconcile; a person who names a model or a count wants something else."""
    return tidy(seen) if intent.override is None else None


def tidy(seen: Snapshot) -> Tidy | None:
    """If we have changed something here and then neither deleted the endpoint nor tidied up, somebody else was it, or a
    run that died before it had."""
    if seen.endpoint is not None or not seen.attempts:
        return None
    last = seen.attempts[0]
    if last.kind == "tidy" or (last.done and last.target == "delete" and not last.code):
        return None
    return Tidy(
        id=decision_id(seen, "tidy", "configs"),
        reason="there is no endpoint any more, and nobody has cleared away its configs",
        started_at=seen.now,
    )
