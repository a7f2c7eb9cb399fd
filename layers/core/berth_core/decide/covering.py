"""Time that is counted once, however often it was written down."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def covered(spans: Iterable[Span]) -> timedelta:
    """What the spans cover together. Two looks at once have both written the beginning of the same thing."""
    total = timedelta(0)
    counted_to: datetime | None = None
    for begin, end in sorted(spans):
        begins = max(begin, counted_to or begin)
        if end > begins:
            total += end - begins
            counted_to = end
    return total
