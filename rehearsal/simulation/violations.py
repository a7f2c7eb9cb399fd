"""A rule that was broken: by what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Violation:
    rule: str
    at: datetime
    text: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.at:%Y-%m-%d %H:%M:%S} UTC: {self.text}"
