"""Requests checked against botocore's model as the service checks them: botocore itself stops at types and minimums.

The texts have AWS's form: `1 validation error detected: Value 'x' at 'endpointName' failed to satisfy constraint: ...`.
A value of a wrong JSON type gets the same form (assumption: AWS may answer SerializationException).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rehearsal.sagemaker.refusals import InvalidRequestError

# Python's `re` has no Unicode properties. These come close enough for tags, which is where the model uses them.
_PROPERTIES = {r"\p{L}": r"\w", r"\p{M}": "", r"\p{N}": r"\d", r"\p{Z}": r" \u00a0", r"\p{S}": r"\W", r"\p{P}": r"\W"}


def parsed(shape: Any, body: Any) -> dict[str, Any]:
    """The request, with aware datetimes and without nulls. Raises InvalidRequestError naming every failure."""
    if shape is None:
        return {}
    failures = list(failures_of(shape, body))
    if failures:
        plural = "s" if len(failures) > 1 else ""
        raise InvalidRequestError(f"{len(failures)} validation error{plural} detected: {'; '.join(failures)}")
    request: dict[str, Any] = _converted(shape, body)
    return request


def failures_of(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Every way in which the value doesn't fit the shape. Also used to prove that answers fit."""
    check = _CHECKS.get(shape.type_name)
    if check is not None:
        yield from check(shape, value, path)


def _converted(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        members = shape.members
        return {k: _converted(members[k], v) for k, v in value.items() if v is not None and k in members}
    if shape.type_name == "list":
        return [_converted(shape.member, each) for each in value]
    if shape.type_name == "timestamp":
        return as_time(value)
    return value


def as_time(value: Any) -> datetime | None:
    """Epoch seconds, ISO text or a datetime as an aware datetime; None for anything else."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failed(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{_plain(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_plain(each) for each in value)}]"
    return str(value)


def _structure(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(value, path, "be of type structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _failed(None, _under(path, name), "not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from failures_of(member, value[name], _under(path, name))


def _under(path: str, name: str) -> str:
    lower_camel = name[0].lower() + name[1:]
    return f"{path}.{lower_camel}" if path else lower_camel


def _list(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield _failed(value, path, "be of type list")
        return
    yield from _length(shape, value, path)
    for index, each in enumerate(value, 1):
        yield from failures_of(shape.member, each, f"{path}.{index}.member")


def _map(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(value, path, "be of type map")
        return
    yield from _length(shape, value, path)
    for key, each in value.items():
        yield from failures_of(shape.key, key, path)
        yield from failures_of(shape.value, each, f"{path}.{key}")


def _length(shape: Any, value: Any, path: str) -> Iterator[str]:
    least = shape.metadata.get("min")
    most = shape.metadata.get("max")
    if most is not None and len(value) > most:
        yield _failed(value, path, f"have length less than or equal to {most}")
    if least is not None and len(value) < least:
        yield _failed(value, path, f"have length greater than or equal to {least}")


def _string(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _failed(value, path, "be of type string")
        return
    yield from _length(shape, value, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _failed(value, path, f"satisfy regular expression pattern: {pattern}")
    if shape.enum and value not in shape.enum:
        yield _failed(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The model's pattern for Python. One that Python can't read lets everything pass: better than a wrong no."""
    for theirs, ours in _PROPERTIES.items():
        pattern = pattern.replace(theirs, ours)
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return re.compile(".*", re.DOTALL)


def _integer(shape: Any, value: Any, path: str) -> Iterator[str]:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        yield _failed(value, path, "be of type integer")
        return
    yield from _range(shape, value, path)


def _float(shape: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _failed(value, path, f"be of type {shape.type_name}")
        return
    yield from _range(shape, value, path)


def _range(shape: Any, value: float, path: str) -> Iterator[str]:
    least = shape.metadata.get("min")
    most = shape.metadata.get("max")
    if most is not None and value > most:
        yield _failed(value, path, f"have value less than or equal to {most}")
    if least is not None and value < least:
        yield _failed(value, path, f"have value greater than or equal to {least}")


def _boolean(_shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _failed(value, path, "be of type boolean")


def _timestamp(_shape: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or as_time(value) is None:
        yield _failed(value, path, "be of type timestamp")


_CHECKS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
