"""Condition operators, as the IAM user guide defines them ("IAM JSON policy elements: Condition operators").

A key that the request doesn't have makes a condition false, except under a negated operator, `...IfExists`, `Null` and
`ForAllValues`. Keys are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.iam.statements import Conditions, PolicyNotUnderstoodError, matches

Context = Mapping[str, str | tuple[str, ...]]
"""What a request says about itself: condition keys with their value or values."""

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def hold(conditions: Conditions, context: Context) -> bool:
    """Whether all operators, and under each of them all keys, are met."""
    known = {key.lower(): _values(value) for key, value in context.items()}
    return all(
        _met(operator, wanted, known.get(key.lower()))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _values(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


def _met(operator: str, wanted: tuple[str, ...], found: tuple[str, ...] | None) -> bool:
    if operator == "Null":
        return all((found is None) == (value.lower() == "true") for value in wanted)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in _NEGATED
    match = _MATCHES.get(_NEGATED.get(name, name))
    if match is None or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise PolicyNotUnderstoodError(f"condition operator {operator}")
    if not found:
        return if_exists or negated or quantifier == "ForAllValues"
    verdicts = [any(match(value, each) for value in wanted) != negated for each in found]
    return all(verdicts) if quantifier == "ForAllValues" or negated else any(verdicts)
