"""Delivery to one target: attempts with back-off, and the dead-letter queue when they are used up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.cloud import current
from rehearsal.delivery.targets import TargetError, send, send_message

DEFAULT_ATTEMPTS = 185
DEFAULT_AGE_SECONDS = 86_400
LONGEST_WAIT_SECONDS = 600
"""Assumption: AWS says exponential back-off without figures. Here it is 1, 2, 4 ... up to this."""


@dataclass(frozen=True)
class Delivery:
    """One body on its way to one target. `about` tells the dead-letter queue's reader where it came from."""

    target: dict[str, Any]
    body: str
    label: str
    about: dict[str, str]
    on_answer: Callable[[Any], None] | None = None
    begun_at: datetime = field(default_factory=lambda: current().now)

    def begin(self) -> None:
        """In a kernel task of its own, behind what is ready now."""
        self._spawn(retries=0)

    def _spawn(self, *, retries: int) -> None:
        current().kernel.spawn(lambda: self._attempt(retries), self.label)

    def _attempt(self, retries: int) -> None:
        try:
            send(self.target, self.body, self.on_answer)
        except TargetError as error:
            self._failed(error, retries)

    def _failed(self, error: TargetError, retries: int) -> None:
        policy = self.target.get("RetryPolicy") or {}
        if not error.retriable:
            self._give_up(error, retries, None)
            return
        if retries >= int(policy.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS)):
            self._give_up(error, retries, "MaximumRetryAttempts")
            return
        wait_seconds = min(2**retries, LONGEST_WAIT_SECONDS)
        age_seconds = (current().now - self.begun_at).total_seconds() + wait_seconds
        if age_seconds > int(policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE_SECONDS)):
            self._give_up(error, retries, "MaximumEventAgeInSeconds")
            return
        current().kernel.after(
            wait_seconds, lambda: self._spawn(retries=retries + 1), f"{self.label}: retry {retries + 1}"
        )

    def _give_up(self, error: TargetError, retries: int, exhausted: str | None) -> None:
        """Source of the attributes: EventBridge user guide, dead-letter queues. The codes' spelling is recalled."""
        arn = (self.target.get("DeadLetterConfig") or {}).get("Arn")
        current().timeline.record("error", self.label, f"not delivered: {error}", target=self.target["Arn"])
        if not arn:
            return
        attributes = {
            **self.about,
            "TARGET_ARN": self.target["Arn"],
            "ERROR_CODE": error.code,
            "ERROR_MESSAGE": str(error)[:1024],
            "RETRY_ATTEMPTS": str(retries),
        }
        if exhausted is not None:
            attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
        send_message(arn, self.body, attributes)
