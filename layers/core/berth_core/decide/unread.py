"""Which objects of the manifest bucket nobody has read yet: their event was lost, or is still on its way."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from berth_core.decide.watch import DeploymentBrief
from berth_core.manifest_keys import is_candidate, key_of
from berth_core.model import Frozen


class ObjectBrief(Frozen):
    """An object as the bucket's listing shows it."""

    key: str
    mark: str


class Unread(Frozen):
    """`keys` are to be read, or found gone. `stale` are those of refused objects that are gone, to be forgotten."""

    keys: tuple[str, ...]
    stale: tuple[str, ...]


def object_mark(etag: str, written_at: datetime) -> str:
    """Changes with every write that changes an object's text or time. S3 lists both, but no version ids."""
    return f"{etag.strip('"')}@{written_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def unread(listed: Iterable[ObjectBrief], deployments: Iterable[DeploymentBrief], refused: Mapping[str, str]) -> Unread:
    """Compares the listing with what is in force and with what was refused, so that nothing is read twice.

    `refused` holds the mark of each refused object by its key. Pure; the keys come sorted.
    """
    there = {each.key: each.mark for each in listed if is_candidate(each.key)}
    in_force = {key_of(each.name): each.object_mark for each in deployments if not each.removed}
    new = {key for key, mark in there.items() if mark not in (in_force.get(key), refused.get(key))}
    gone = in_force.keys() - there.keys()
    return Unread(keys=tuple(sorted(new | gone)), stale=tuple(sorted(refused.keys() - there.keys())))
