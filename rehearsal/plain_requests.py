"""Requests of the JSON protocol that are on the wire what their parameters are.

botocore walks through the parameters twice, by the model, to check and to copy them. Here one quicker walk says whether
they are right and need no change. Whatever is wrong, and has to be told so, or is written in another way (times, bytes,
renamed members) is botocore's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidationDecorator

Check = Callable[[Any], bool]
# Marks of members that aren't written into the body, or not as they are.
_ELSEWHERE = frozenset({"location", "hostLabel", "jsonvalue"})


class Writer:
    """Writes the requests for one operation of one client."""

    def __init__(self, client: Any, model: Any) -> None:
        self._serializer = client._serializer
        self._model = model
        inner = self._serializer
        if isinstance(inner, ParamValidationDecorator):
            inner = vars(inner)["_serializer"]
        is_plain = type(inner) is JSONSerializer and model.input_shape is not None and not model.endpoint
        self._check: Check | None = _check_of(model.input_shape, {}) if is_plain else None
        self._form: dict[str, Any] | None = None

    def written(self, parameters: Any) -> dict[str, Any]:
        """The request as botocore's serialiser gives it. Raises what that raises."""
        if self._check is None or not self._check(parameters):
            request: dict[str, Any] = self._serializer.serialize_to_request(parameters, self._model)
            return request
        if self._form is None:
            # All but the body is the same for every request.
            self._form = self._serializer.serialize_to_request(parameters, self._model)
        return self._form | {"body": json.dumps(parameters).encode()}


def _check_of(shape: Any, known: dict[str, list[Check]]) -> Check:
    """`known` are the structures that are under way or done: they may hold themselves."""
    if not _ELSEWHERE.isdisjoint(shape.serialization):
        return _never
    if shape.type_name == "structure":
        found = known.get(shape.name)
        if found is None:
            found = known[shape.name] = [_never]
            found[0] = _structure(shape, known)
        return _whenever_called(found)
    make = _MAKERS.get(shape.type_name)
    return _never if make is None else make(shape, known)


def _never(_value: Any) -> bool:
    return False


def _whenever_called(found: list[Check]) -> Check:
    return lambda value: found[0](value)


def _structure(shape: Any, known: dict[str, list[Check]]) -> Check:
    if shape.is_document_type:
        return _never
    members = {
        name: _never if "name" in member.serialization else _check_of(member, known)
        for name, member in shape.members.items()
    }
    required = tuple(shape.metadata.get("required", ()))
    is_union = shape.is_tagged_union

    def check(value: Any) -> bool:
        if not isinstance(value, dict) or (is_union and len(value) != 1):
            return False
        for name in required:
            if name not in value:
                return False
        for name, member in value.items():
            fits = members.get(name)
            if fits is None or not fits(member):
                return False
        return True

    return check


def _map(shape: Any, known: dict[str, list[Check]]) -> Check:
    fits_key, fits = _check_of(shape.key, known), _check_of(shape.value, known)

    def check(value: Any) -> bool:
        return isinstance(value, dict) and all(fits_key(key) and fits(member) for key, member in value.items())

    return check


def _list(shape: Any, known: dict[str, list[Check]]) -> Check:
    fits, least = _check_of(shape.member, known), shape.metadata.get("min", 0)

    def check(value: Any) -> bool:
        return isinstance(value, list) and len(value) >= least and all(map(fits, value))

    return check


def _string(shape: Any, _known: dict[str, list[Check]]) -> Check:
    least = shape.metadata.get("min", 0)
    return lambda value: isinstance(value, str) and len(value) >= least


def _whole(shape: Any, _known: dict[str, list[Check]]) -> Check:
    least = shape.metadata.get("min", -math.inf)
    return lambda value: isinstance(value, int) and value >= least


def _float(shape: Any, _known: dict[str, list[Check]]) -> Check:
    least = shape.metadata.get("min", -math.inf)
    return lambda value: isinstance(value, int | float) and math.isfinite(value) and value >= least


def _bool(_shape: Any, _known: dict[str, list[Check]]) -> Check:
    return lambda value: isinstance(value, bool)


_MAKERS: dict[str, Callable[[Any, dict[str, list[Check]]], Check]] = {
    "map": _map,
    "list": _list,
    "string": _string,
    "integer": _whole,
    "long": _whole,
    "float": _float,
    "double": _float,
    "boolean": _bool,
}
