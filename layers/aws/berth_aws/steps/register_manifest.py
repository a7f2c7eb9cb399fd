"""A manifest came, changed or went. The event only says which: what counts is what the bucket holds now."""

from datetime import datetime
from typing import Any, Literal

from berth_core.manifest_keys import is_candidate, object_in
from berth_core.model import Frozen

type Kind = Literal["registered", "rejected", "removed", "ignored"]


class Registered(Frozen):
    """`ignored`: not in the folder of manifests, or nothing that wasn't known before."""

    kind: Kind
    deployment: str = ""


class Place(Frozen):
    """Where things are."""

    manifest_bucket: str
    event_bus: str
    reconcile_arn: str


def register_manifest(
    event: dict[str, Any], place: Place, table_name: str, on_demand_prices: str, now: datetime
) -> Registered:
    """Idempotent: doubled, late and reordered events end in what the bucket holds. `on_demand_prices` as the stack's
    parameter has them. An event about anything but a manifest costs no call."""
    bucket, key = object_in(event)
    if not is_candidate(key) or bucket != place.manifest_bucket:
        return Registered(kind="ignored")
    # Late, for they are most of a cold start, and an event that isn't ours needs none of it.
    from berth_aws.ledger import Ledger
    from berth_aws.reading import read_and_register
    from berth_core.prices import prices_with

    priced_types = frozenset(prices_with(on_demand_prices))
    return read_and_register(key, f"event {event.get('id')}", place, Ledger.named(table_name), priced_types, now)
