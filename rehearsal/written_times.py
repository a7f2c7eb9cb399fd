"""Times as people write them. pydantic would take a number for seconds since 1970, which nobody means."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator


def _written(given: Any) -> Any:
    if isinstance(given, datetime) or (isinstance(given, str) and not _is_number(given)):
        return given
    raise ValueError(f"{given!r} must be a time with its zone, such as 2026-03-03T12:00:00Z")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


WrittenTime = Annotated[AwareDatetime, BeforeValidator(_written)]
"""An aware datetime, from a text with its zone."""
