"""pydantic's findings in words for whoever has to put the manifest right."""

import re
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from berth_core.manifest import Manifest
from berth_core.manifest.words import WORDS_BY_PATTERN
from berth_core.rejection import LONGEST_VALUE, Problem, shown
from berth_core.yaml_text import Place, YamlText

_A_WHOLE_NUMBER = "must be a whole number, such as 1"
_TRUE_OR_FALSE = "must be true or false"
_AN_AMOUNT = "must be an amount in USD, such as 2400.00"
_A_DATE = "must be a date, such as 2026-12-01"
_A_TIME = "must be a time with its zone, such as 2026-12-01T08:00:00Z or 2026-12-01T09:00:00+01:00"

_WORDS = {
    "int_parsing": _A_WHOLE_NUMBER,
    "int_parsing_size": _A_WHOLE_NUMBER,
    "int_type": _A_WHOLE_NUMBER,
    "int_from_float": _A_WHOLE_NUMBER,
    "bool_parsing": _TRUE_OR_FALSE,
    "bool_type": _TRUE_OR_FALSE,
    "decimal_parsing": _AN_AMOUNT,
    "decimal_type": _AN_AMOUNT,
    "finite_number": _AN_AMOUNT,
    "decimal_max_places": f"{_AN_AMOUNT}: whole cents only",
    "decimal_max_digits": f"{_AN_AMOUNT}: at most {{max_digits}} digits",
    "decimal_whole_digits": f"{_AN_AMOUNT}: at most {{whole_digits}} digits before the point",
    "date_parsing": _A_DATE,
    "date_type": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": f"{_A_DATE}, without a time of day",
    "datetime_parsing": _A_TIME,
    "datetime_from_date_parsing": _A_TIME,
    "datetime_type": _A_TIME,
    "timezone_aware": _A_TIME,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_type": "must be text",
    "string_unicode": "must be text: it holds half a character (a lone surrogate)",
    "string_too_long": "must have at most {max_length} characters",
    "tuple_type": "must be a list, such as [first, second]",
    "dict_type": "must be a block of keys, such as team: nlp",
    "too_short": "must have at least {min_length} entry",
    "too_long": "must have at most {max_length} entries",
    "value_error": "{error}",
}


def problem_from(finding: ErrorDetails, text: YamlText) -> Problem:
    """A finding with its path and line, what is allowed there, and the way out."""
    place: Place = finding["loc"]
    return Problem(
        path=path_of(place),
        line=text.line_of(place),
        value=None if finding["type"] in ("missing", "extra_forbidden") else shown(finding["input"]),
        message=_message(finding),
    )


def is_echo(finding: ErrorDetails) -> bool:
    """Whether a finding only follows from another one, whose own words are enough."""
    if finding["type"] == "too_short":
        # pydantic counts the valid items only.
        needed: int = finding["ctx"]["min_length"]
        return len(finding["input"]) >= needed
    return finding["type"] == "default_factory_not_called"


def path_of(place: Place) -> str:
    """A place as people write it: end_of_window.on_demand.instance_types[1]."""
    return "".join(map(_step, place)).removeprefix(".")


def fields_at(place: Place) -> dict[str, FieldInfo]:
    """The keys allowed at a place in the manifest; none where it holds no block of fixed keys."""
    model: type[BaseModel] | None = Manifest
    for step in place:
        if isinstance(step, int):
            continue
        known = model.model_fields.get(step) if model else None
        model = _model_in(known.annotation) if known else None
    return model.model_fields if model else {}


def _message(finding: ErrorDetails) -> str:
    kind, place, context = finding["type"], finding["loc"], finding.get("ctx", {})
    if kind == "missing":
        return f"is missing: {fields_at(place[:-1])[str(place[-1])].description}"
    if kind == "extra_forbidden":
        return f"is not a key of this block: {_nearest(str(place[-1]), list(fields_at(place[:-1])))}"
    if kind == "literal_error":
        allowed = re.findall(r"[a-z0-9_]+", context["expected"].replace(" or ", " "))
        return f"is not allowed: {_nearest(str(finding['input']), allowed)}"
    if kind == "string_pattern_mismatch":
        return f"must be {WORDS_BY_PATTERN[context['pattern']]}"
    if kind == "model_type":
        return f"must be a block of keys: {', '.join(fields_at(place))}"
    words = _WORDS[kind].format(**context) if kind in _WORDS else finding["msg"]
    return f"is empty: it {words}" if finding["input"] is None and kind.endswith("_type") else words


def _nearest(given: str, allowed: list[str]) -> str:
    near = get_close_matches(given, allowed, n=1)
    return f"did you mean {near[0]!r}?" if near else f"allowed are {', '.join(allowed)}"


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    plain = len(step) <= LONGEST_VALUE and re.fullmatch(r"[\w-]+", step, re.ASCII)
    return f".{step}" if plain else f"[{shown(step)}]"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None
