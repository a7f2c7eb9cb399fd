"""Whether bringing a model to production would bring what was checked there."""

from datetime import datetime

from berth_core.decisions import Refuse
from berth_core.facts import EndpointSeen, Snapshot
from berth_core.releases import ModelSeen


def same_name(seen: Snapshot, model: ModelSeen) -> Refuse | None:
    """A config's name follows from the model's name alone: to the same name endpoint_rotate finds nothing to do."""
    live = seen.endpoint
    if live is None or live.config is None or live.config.model != model.name or _is_on_it(live, model.created_at):
        return None
    return Refuse(
        code="SameName",
        reason=f"production serves a model {model.name} already, and not for certain the one that was created at "
        f"{model.created_at:%Y-%m-%d %H:%M} UTC: under the same name nothing would be rotated, and the old container "
        "would go on serving. To release this one, create the model under another name and release that",
    )


def _is_on_it(live: EndpointSeen, created_at: datetime) -> bool:
    """Its config and its last change are no older than the model. A time that nobody knows proves nothing."""
    made_at = live.config.created_at if live.config else None
    return made_at is not None and live.changed_at is not None and min(made_at, live.changed_at) >= created_at
