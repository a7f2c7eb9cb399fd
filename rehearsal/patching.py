"""Replacing parts of moto, each with a proof that the part is still the one we read.

moto is pinned exactly. A patch names the digest of the source that it was written against, so that an upgrade of moto
fails here, with the name of the patch to read again, and not somewhere in a story.
"""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from typing import Any

_PATCHED: set[tuple[int, str]] = set()


class PatchTargetChanged(AssertionError):
    """moto's source is not what the patch was written against: read both again, then update the digest."""


def digest_of(target: Any) -> str:
    """The first 12 hex digits of the SHA-256 of the target's source, indentation removed."""
    source = textwrap.dedent(inspect.getsource(target))
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def insist_on(target: Any, *, expected: str) -> None:
    """Raises PatchTargetChanged if the source of a function that a patch relies on has another digest."""
    found = digest_of(target)
    if found != expected:
        raise PatchTargetChanged(f"{target.__qualname__}: expected source digest {expected}, found {found}")


def replace(owner: Any, name: str, replacement: Any, *, expected: str) -> Any:
    """Set `owner.name` to `replacement` and return the original. Once per process: a second call changes nothing.

    Raises PatchTargetChanged if the source of the present attribute has another digest than `expected`.
    """
    original = inspect.getattr_static(owner, name)
    if (id(owner), name) in _PATCHED:
        return original
    function = original.__func__ if isinstance(original, classmethod | staticmethod) else original
    found = digest_of(function.fget if isinstance(function, property) else function)
    if found != expected:
        where = f"{getattr(owner, '__module__', '')}.{getattr(owner, '__name__', owner)}.{name}"
        raise PatchTargetChanged(f"{where}: expected source digest {expected}, found {found}")
    setattr(owner, name, replacement)
    _PATCHED.add((id(owner), name))
    return original
