"""An evaluation's turns, counted from what is seen, as the stays are."""

from berth_core.decide.evaluating import has_served, is_evaluated
from berth_core.facts import Snapshot, Turn
from berth_core.naming import is_ours
from berth_core.recording.beginning import began_at
from berth_core.recording.happened import Happened, Recording

WONT_START = frozenset({"RolledBack", "RolledBackByAlarm", "RollbackFailed", "EndpointFailed", "SmokeTestFailed"})
NO_MODEL = "Could not find model"


def with_turns(happened: Happened, recording: Recording) -> Recording:
    """An evaluation's turns are counted from what is seen, as the stays are: a crash costs the count nothing."""
    seen = happened.seen
    if seen is None:
        return recording
    running = next((turn for turn in seen.turns if turn.ended_at is None), None)
    serving = _serving(seen)
    told: dict[str, object] = {}
    if running is not None and running.model != serving:
        told["turn_ended_at"] = seen.now
    failed = _failed_turn(happened, recording)
    if failed is not None:
        told["turn_failed"] = failed
    elif running is None or running.model != serving:
        told["turn_begun"] = _begun(happened, seen, serving)
    return recording.model_copy(update=told)


def _begun(happened: Happened, seen: Snapshot, serving: str | None) -> Turn | None:
    endpoint = seen.endpoint
    if endpoint is None or serving is None or endpoint.status != "InService":
        return None
    if not is_evaluated(seen.deployment.manifest.evaluate, serving):
        return None
    ended = (turn.ended_at for turn in seen.turns if not turn.code)
    return Turn(model=serving, started_at=began_at(happened, seen, endpoint, ended))


def _serving(seen: Snapshot) -> str | None:
    endpoint = seen.endpoint
    if endpoint is None or endpoint.config is None:
        return None
    if not is_ours(endpoint.tags, seen.policy.stack, seen.deployment.name):
        return None
    return endpoint.config.model if endpoint.status not in ("Creating", "Failed", "Deleting", "OutOfService") else None


def _failed_turn(happened: Happened, recording: Recording) -> Turn | None:
    """A model that doesn't start. Instances that can't be had, or a way off that can't be gone, are not its fault."""
    outcome, seen = recording.outcome, happened.seen
    if outcome is None or seen is None or outcome.config is None:
        return None
    if outcome.kind == "done" or outcome.asked == "hand_over":
        return None
    if outcome.code not in WONT_START and NO_MODEL not in outcome.reason:
        return None
    model = outcome.config.model
    if model is None or not is_evaluated(seen.deployment.manifest.evaluate, model):
        return None
    if _is_served(seen) and has_served(seen, model, outcome.started_at):
        return None  # it does start, and what serves meanwhile gives it the time to be tried again
    return Turn(model=model, started_at=outcome.ended_at, ended_at=outcome.ended_at, code=outcome.code)


def _is_served(seen: Snapshot) -> bool:
    return seen.endpoint is not None and seen.endpoint.status != "Failed"
