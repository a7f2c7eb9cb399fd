"""Whether somebody else has changed the endpoint, and what `on_drift` says of it.

What we left is known from the ledger: what differs from it, and was changed under the manifest in force, is drift. What
differs from the manifest alone is a new wish.
"""

from berth_core.decisions import Hold
from berth_core.facts import Attempt, EndpointSeen, Override, Snapshot
from berth_core.naming import is_config_of

Left = tuple[str, int]
"""A config's name, and how many instances run with it."""


def has_drifted(seen: Snapshot, endpoint: EndpointSeen) -> str | None:
    """What was changed, in words; None if it is as we left it, or the manifest is newer than the change."""
    if _is_adopted(seen, endpoint):
        return None
    count = endpoint.instance_count
    left = _left(seen)
    if not is_config_of(seen.deployment.name, endpoint.config_name):
        return f"config {endpoint.config_name} is not ours"
    if not left or (endpoint.config_name, count) in left or _is_older_than_manifest(seen, endpoint):
        return None
    name, before = left[0]
    if name != endpoint.config_name:
        return f"config {endpoint.config_name} is live, {name} was left"
    return f"instances in service: {count}, {before} were left"


def was_moved(seen: Snapshot, endpoint: EndpointSeen) -> str | None:
    """Somebody else took it off its plan. Where we left nothing, as before it is taken over, nothing was moved; and the
    instances of components come and go by themselves."""
    names = {name for name, _ in _left(seen)}
    comes_and_goes = bool(seen.deployment.manifest.components) and endpoint.config_name in names
    return has_drifted(seen, endpoint) if names and not comes_and_goes else None


def drift_held(seen: Snapshot, endpoint: EndpointSeen, what: str) -> Hold | None:
    """Hands off, or what was found is wished from now on; None if it is to be restored."""
    on_drift = seen.deployment.manifest.on_drift
    if on_drift == "restore":
        return None
    model = endpoint.config.model if endpoint.config else None
    if on_drift == "hold" or model is None:
        return Hold(code="Drift", reason=f"{what}, and on_drift says {on_drift}")
    known = seen.deployment.override or Override()
    found = {
        "model": model,
        "instance_count": endpoint.instance_count,
        "config_name": endpoint.config_name,
        "in_turn": False,
    }
    return Hold(
        code="DriftAccepted",
        reason=f"{what}, and on_drift says accept: {model} x {endpoint.instance_count} is wished until the manifest's "
        "next version",
        adopt=known.model_copy(update=found),
    )


def _left(seen: Snapshot) -> list[Left]:
    """What our last changes left or asked for, newest first: one that failed may have come about all the same."""
    left: list[Left] = []
    for attempt in seen.attempts:
        each = _left_by(attempt)
        if each is not None:
            left.append(each)
        if attempt.done and attempt.kind != "scale":
            return left if each is not None else []
    return []


def _left_by(attempt: Attempt) -> Left | None:
    target, _, count = attempt.target.partition(" to ")
    if not count:
        count = target.rpartition("-x")[2]
    return (target, int(count)) if count.isdigit() else None


def _is_older_than_manifest(seen: Snapshot, endpoint: EndpointSeen) -> bool:
    return endpoint.changed_at is None or endpoint.changed_at <= seen.deployment.registered_at


def _is_adopted(seen: Snapshot, endpoint: EndpointSeen) -> bool:
    override = seen.deployment.override
    if override is None or override.config_name != endpoint.config_name:
        return False
    return override.instance_count == endpoint.instance_count
