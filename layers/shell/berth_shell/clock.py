"""The one place where the functions read the clock. All else takes the time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
