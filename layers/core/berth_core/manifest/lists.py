"""Rules that any list in a manifest may need."""

from collections.abc import Hashable, Iterable


def without_doubles[T: Hashable](items: tuple[T, ...]) -> tuple[T, ...]:
    """The same items; ValueError names those that come more than once."""
    doubled = doubles_in(items)
    if doubled:
        raise ValueError(f"{', '.join(map(str, doubled))} is listed more than once: keep one of each")
    return items


def doubles_in[T: Hashable](items: Iterable[T]) -> tuple[T, ...]:
    """Each item that comes more than once, in the order in which it first came back."""
    seen: set[T] = set()
    doubled: dict[T, None] = {}
    for item in items:
        if item in seen:
            doubled[item] = None
        seen.add(item)
    return tuple(doubled)
