"""Step Functions' tasks that wait for their tokens, and the two services that ask for an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


class FakeTasks:
    """One answer a token, until its task times out. Schedules and events are taken, and come to nothing."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._until: dict[str, datetime] = {}
        self._answers: dict[str, dict[str, Any]] = {}

    def open(self, token: str, until: datetime) -> None:
        self._until[token] = until

    def send_task_success(self, *, taskToken: str, output: str) -> None:
        if taskToken in self._answers or self._now() >= self._until[taskToken]:
            raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": "no"}}, "SendTaskSuccess")
        self._answers[taskToken] = json.loads(output)

    def answer(self, token: str) -> dict[str, Any]:
        return self._answers.get(token, {"unanswered": True})

    def create_schedule(self, **_asked: Any) -> None:
        return None

    def delete_schedule(self, **_asked: Any) -> None:
        return None

    def put_events(self, **_asked: Any) -> dict[str, Any]:
        return {"FailedEntryCount": 0, "Entries": []}
