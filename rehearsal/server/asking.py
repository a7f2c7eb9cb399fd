"""Reading what someone asks of a /_rehearsal route, and saying in words what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError

_TIME_LIKE = "write an ISO-8601 time with its zone, like 2026-03-03T11:30:00Z"


class BadRequestError(ValueError):
    """What was asked can't be done. The text names the field, the value and the way out."""


@dataclass(frozen=True)
class Asked:
    """One request of a route. `example` is a body that the route takes."""

    parameters: Mapping[str, str]
    body: bytes
    example: str = ""

    def json(self) -> Any:
        """The body, whatever its Content-Type says. Raises BadRequestError."""
        if not self.body.strip():
            raise BadRequestError(f"the body is empty; send JSON like {self.example}")
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except ValueError as error:
            raise BadRequestError(f"the body is not JSON ({error}); send JSON like {self.example}") from error

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadRequestError."""
        written = self.json()
        if not isinstance(written, dict):
            raise BadRequestError(f"the body is {_shown(written)}; send a JSON object like {self.example}")
        return written

    def items(self) -> list[Any]:
        """The body as a JSON list. Raises BadRequestError."""
        written = self.json()
        if not isinstance(written, list):
            raise BadRequestError(f"the body is {_shown(written)}; send a JSON list like {self.example}")
        return written

    def parameters_of(self, *allowed: str) -> Mapping[str, str]:
        """The query string's parameters. Raises BadRequestError for one that the route doesn't know."""
        for name in self.parameters:
            if name not in allowed:
                raise BadRequestError(f"{name}: unknown parameter; allowed: {', '.join(allowed) or 'none'}")
        return self.parameters


def time_of(written: Any) -> datetime:
    """Raises ValueError for anything but an ISO-8601 time with a zone, between the years 1 and 9999 in UTC."""
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else None
        in_utc = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        in_utc = None
    if in_utc is None:
        raise ValueError(f"{_shown(written)} is no time; {_TIME_LIKE}")
    return in_utc


Time = Annotated[datetime, BeforeValidator(time_of)]
"""A field that holds a point in time."""


def shown_time(at: datetime) -> str:
    """ISO-8601 with Z, and no fraction where there is none."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def in_words(error: ValueError, example: str) -> str:
    """Every mistake by its path, with the value and what is allowed there."""
    if not isinstance(error, ValidationError):
        return str(error)
    mistakes = "; ".join(dict.fromkeys(_mistake(each) for each in error.errors()))
    return f"{mistakes}. For example: {example}"


def _mistake(error: Any) -> str:
    kind, path = error["type"], _path(error["loc"])
    if kind == "missing":
        return f"{path}: required, and missing"
    if kind == "extra_forbidden":
        return f"{path}: unknown field"
    if kind == "value_error":
        return f"{path}: {error['ctx']['error']}" if path else str(error["ctx"]["error"])
    if kind.startswith(("datetime", "timezone")):
        return f"{path}: {_shown(error['input'])} is no time; {_TIME_LIKE}"
    return f"{path}: {_shown(error['input'])} is wrong: {error['msg'][0].lower()}{error['msg'][1:]}"


def _path(loc: tuple[str | int, ...]) -> str:
    """`blocks[0].end`. Parts that only name a branch of pydantic's schema are left out."""
    named = [part for part in loc if isinstance(part, int) or part.isidentifier()]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).lstrip(".")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _shown(written: Any) -> str:
    text = json.dumps(written, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
