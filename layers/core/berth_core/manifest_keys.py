"""Where manifests lie in their bucket. Imports little, so that an event about anything else is cheap to pass over."""

from typing import Any

FOLDER = "deployments/"
MOST_BYTES = 1000
"""S3 takes keys of 1024 bytes, and a sort key of the ledger has no more room than that."""
_ENDING = ".yaml"


def is_candidate(key: str) -> bool:
    """Whether somebody may have meant this object as a manifest: all in the folder, but not what marks a folder."""
    if not key.startswith(FOLDER) or key.endswith("/") or len(key) > MOST_BYTES:
        return False
    # JSON can say half a character (a lone surrogate), and no key in S3 can hold one.
    return not any("\ud800" <= sign <= "\udfff" for sign in key) and len(key.encode()) <= MOST_BYTES


def object_in(event: dict[str, Any]) -> tuple[str, str]:
    """The bucket and the key that an event of S3 names; empty text for what it doesn't name, whatever it holds."""
    detail = _block(event, "detail")
    return _text(_block(detail, "bucket"), "name"), _text(_block(detail, "object"), "key")


def _block(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _text(holder: dict[str, Any], name: str) -> str:
    found = holder.get(name)
    return found if isinstance(found, str) else ""


def deployment_of(key: str) -> str | None:
    """The deployment that `deployments/<name>.yaml` is the manifest of; None for any other key."""
    name = key.removeprefix(FOLDER).removesuffix(_ENDING)
    return name if name and "/" not in name and key == key_of(name) else None


def key_of(deployment: str) -> str:
    """The object's key for a deployment's manifest."""
    return f"{FOLDER}{deployment}{_ENDING}"


def way_out(key: str) -> str:
    """For a candidate that is no manifest's key: what it would have to be called."""
    stem = key.rsplit("/", 1)[-1].split(".", 1)[0] or "<name>"
    return f"a manifest's key must be {key_of('<name>')}: put it as {key_of(stem)}, and delete this one"
