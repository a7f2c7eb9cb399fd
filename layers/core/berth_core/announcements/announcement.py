"""The form of everything that Berth tells the world: an event on the bus `berth`."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from berth_core.model import Frozen

SOURCE = "berth"
SCHEMA = 1

type Word = str | int | Decimal | datetime | tuple[str, ...] | None


class Announcement(Frozen):
    """One event: its detail-type, and a detail of text, whole numbers and lists of text."""

    detail_type: str
    detail: dict[str, Any]

    def as_entry(self, bus_name: str) -> dict[str, str]:
        """An entry for EventBridge PutEvents. The same announcement gives the same text, byte for byte."""
        return {
            "EventBusName": bus_name,
            "Source": SOURCE,
            "DetailType": self.detail_type,
            "Detail": json.dumps(self.detail, sort_keys=True),
        }


def announcement(detail_type: str, *, deployment: str | None, at: datetime, reason: str, **ids: Word) -> Announcement:
    """An announcement with what every detail has, and the ids that are known: those that are None are left out.

    `line` is all of it that a person wants to read in a mail: EventBridge would write "null" for an absent deployment.
    It is one line, whatever names and texts of others it holds: nothing in it moves a cursor or turns the text round.
    """
    known = {key: _plain(value) for key, value in ids.items() if value is not None}
    about = f"{detail_type} {deployment}" if deployment else detail_type
    common = {
        "schema": SCHEMA,
        "deployment": deployment,
        "reason": reason,
        "at": _plain(at),
        "line": one_line(f"{_utc(at)} {about}: {reason}"),
    }
    return Announcement(detail_type=detail_type, detail=common | known)


def one_line(text: str) -> str:
    """Line breaks become spaces, and what can't be seen its escape."""
    return "".join(sign if sign.isprintable() else _shown(sign) for sign in text)


def _shown(sign: str) -> str:
    return " " if sign.isspace() else sign.encode("unicode_escape").decode("ascii")


def _plain(value: Word) -> str | int | list[str] | None:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, Decimal):
        # A JSON number would be read as a float, and lose cents.
        return f"{value:f}"
    return list(value) if isinstance(value, tuple) else value


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone: an announcement needs an aware time")
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
