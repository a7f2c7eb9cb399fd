"""Faults on demand. Each place that can fail asks `take` with its name, and is told what goes wrong, if anything."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ALLOWED: dict[str, tuple[str, ...]] = {
    "event": ("drop", "double", "delay"),
    "api": ("throttle", "error_before", "error_after"),
    "function": ("crash_before", "crash_after", "timeout"),
    "schedule": ("drop", "delay"),
    "endpoint": ("fail_update", "silent_rollback", "fail_rollback", "no_capacity", "slow"),
    "component": ("fail", "slow"),
}


class Fault(BaseModel):
    """One planned fault. `on` is `<place>:<name>`; the name may hold * and ?. `times` absent means always."""

    model_config = ConfigDict(extra="forbid")

    on: str
    do: Literal[
        "drop", "double", "delay", "throttle", "error_before", "error_after", "crash_before", "crash_after",
        "timeout", "fail_update", "silent_rollback", "fail_rollback", "no_capacity", "slow", "fail",
    ]  # fmt: skip
    times: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, ge=0)
    code: str | None = None
    message: str | None = None

    @model_validator(mode="after")
    def _fits_its_place(self) -> Fault:
        place = self.on.partition(":")[0]
        if ":" not in self.on or place not in ALLOWED:
            raise ValueError(f"on: {self.on!r} must be <place>:<name> with a place of {', '.join(ALLOWED)}")
        if self.do not in ALLOWED[place]:
            raise ValueError(f"do: {self.do!r} can't happen to {self.on!r}; it can be {', '.join(ALLOWED[place])}")
        return self


class Faults:
    """The planned faults, in the order in which they were added. The first that matches is taken."""

    def __init__(self) -> None:
        self._planned: list[tuple[Fault, int | None]] = []

    def add(self, planned: list[dict[str, Any]]) -> None:
        """All or none: raises pydantic.ValidationError, and adds nothing, if one of them is wrong."""
        checked = [Fault.model_validate(each) for each in planned]
        self._planned += [(fault, fault.times) for fault in checked]

    def clear(self) -> None:
        self._planned.clear()

    def planned(self) -> list[Fault]:
        """What is still to strike, with the times that are left."""
        return [fault.model_copy(update={"times": left}) for fault, left in self._planned]

    def threaten(self, place: str, name: str) -> bool:
        """Whether some fault would strike `place:name` now."""
        return any(fnmatchcase(f"{place}:{name}", fault.on) for fault, _ in self._planned)

    def take(self, place: str, name: str, *, only: tuple[str, ...] = (), by_name: bool = False) -> Fault | None:
        """The fault that strikes `place:name` now, counted down; `only` narrows it to some of the place's faults.

        With `by_name`, a fault on everything (`place:*`) passes it by.
        """
        for index, (fault, left) in enumerate(self._planned):
            if only and fault.do not in only:
                continue
            if not fnmatchcase(f"{place}:{name}", fault.on) or (by_name and fault.on == f"{place}:*"):
                continue
            if left is not None:
                self._planned[index : index + 1] = [(fault, left - 1)] if left > 1 else []
            return fault
        return None
