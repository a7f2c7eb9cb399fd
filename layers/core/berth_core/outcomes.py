"""What came of a decision: asked, done, and with which code if not."""

import json
from typing import Any, Literal

from pydantic import Field

from berth_core.decisions import ConfigSpec
from berth_core.facts import Left
from berth_core.model import Frozen, Time


class Trouble(Frozen):
    """An error as Step Functions hands it on. Both are empty where nothing went wrong."""

    error: str = Field(default="", alias="Error")
    cause: str = Field(default="", alias="Cause")

    @property
    def text(self) -> str:
        """The cause in words: Lambda wraps the message of an exception in JSON, and a run that another one."""
        inner = self._wrapped("Cause")
        if inner:
            return Trouble(Error=self.code, Cause=inner).text
        return self._wrapped("errorMessage") or self._wrapped("Error") or self.cause or self.error

    @property
    def code(self) -> str:
        """The error's name; of a run that another one waited for, its own."""
        return self._wrapped("Error") or self.error

    def _wrapped(self, member: str) -> str:
        """Empty if the cause has no such text in it."""
        try:
            wrapped: Any = json.loads(self.cause)
        except ValueError:
            return ""
        found = wrapped.get(member) if isinstance(wrapped, dict) else None
        return found if isinstance(found, str) else ""


class Outcome(Frozen):
    """Judged from what was observed afterwards, never from the answer of the call.

    `code` is one of the runbook's headings. When done it is empty, unless that came after its run had given up on it,
    or had died: then it says which.
    """

    kind: Literal["done", "failed"]
    code: str = ""
    reason: str
    decision_id: str
    asked: Literal["deploy", "rotate", "resize", "hand_over", "scale", "tidy"]
    rung: str | None = None
    target: str
    started_at: Time
    ended_at: Time
    took_seconds: float
    plan_arn: str | None = None
    left: Left | None = None
    config: ConfigSpec | None = None
    """What was made for it."""
    replaced: str | None = None
    """The model that ran before a recreation."""
