"""Whether a role may do what it asks: a deny wins, then an allow, and what nobody mentions is forbidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rehearsal.iam.conditions import Context, hold
from rehearsal.iam.statements import Statement


@dataclass(frozen=True)
class Asked:
    """One permission that a call needs. A call may need several, and all of them."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value}" for key, value in sorted(self.context.items()))
        return f"{self.action} on {self.resource}{f' ({told})' if told else ''}"


@dataclass(frozen=True)
class Verdict:
    """`because` is "allowed", "explicit deny" or "no statement allows it"."""

    allowed: bool
    because: str


def judge(asked: Asked, statements: Iterable[Statement]) -> Verdict:
    """The answer of identity policies alone, without boundaries, session policies or organisations."""
    applying = [each for each in statements if each.covers(asked.action, asked.resource)]
    applying = [each for each in applying if hold(each.conditions, asked.context)]
    if any(not each.allows for each in applying):
        return Verdict(allowed=False, because="explicit deny")
    if applying:
        return Verdict(allowed=True, because="allowed")
    return Verdict(allowed=False, because="no statement allows it")
