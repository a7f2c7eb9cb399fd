"""Policy documents, read strictly: an element that isn't understood here is an error, not a yes or a no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_KNOWN = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"})

Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Operator, then context key, then the values of which one has to match."""


class PolicyNotUnderstoodError(ValueError):
    """A policy document uses something that this evaluator doesn't know. It would be a guess to go on."""


@dataclass(frozen=True)
class Statement:
    """One statement of an identity policy."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)
    sid: str = ""

    def covers(self, action: str, resource: str) -> bool:
        """Actions match without regard to case, resources with it."""
        return any(matches(pattern.lower(), action.lower()) for pattern in self.actions) and any(
            matches(pattern, resource) for pattern in self.resources
        )


def statements_of(document: Mapping[str, Any]) -> tuple[Statement, ...]:
    """The statements of a rendered policy document. PolicyNotUnderstoodError for what isn't known here."""
    return tuple(_statement(each) for each in _listed(document["Statement"]))


def _statement(written: Mapping[str, Any]) -> Statement:
    unknown = written.keys() - _KNOWN
    if unknown or "NotAction" in written or "NotResource" in written:
        raise PolicyNotUnderstoodError(f"a statement says {', '.join(sorted(written))}")
    if written["Effect"] not in ("Allow", "Deny"):
        raise PolicyNotUnderstoodError(f"Effect: {written['Effect']}")
    return Statement(
        allows=written["Effect"] == "Allow",
        actions=tuple(_listed(written["Action"])),
        resources=tuple(_listed(written.get("Resource", "*"))),
        conditions={
            operator: {key: tuple(str(value) for value in _listed(values)) for key, values in keys.items()}
            for operator, keys in written.get("Condition", {}).items()
        },
        sid=written.get("Sid", ""),
    )


def _listed(one_or_many: Any) -> Iterable[Any]:
    return one_or_many if isinstance(one_or_many, list | tuple) else [one_or_many]


def matches(pattern: str, value: str) -> bool:
    """IAM's wildcards: `*` is any text, `?` one character. All else stands for itself."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == value
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)
