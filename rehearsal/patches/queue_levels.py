"""How many messages wait in a queue, told whenever that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue, SQSBackend

from rehearsal.alarms.operational import queue_holds
from rehearsal.patching import replace


def apply() -> None:
    for name, digest in (("add_message", "2ea74b872868"), ("delete_message", "9c3d8164626a")):
        _wrap(Queue, name, digest, lambda queue, _: queue)
    _wrap(SQSBackend, "purge_queue", "1323c7074812", lambda backend, queue_name: backend.get_queue(queue_name))


def _wrap(owner: Any, name: str, digest: str, queue_of: Callable[..., Any]) -> None:
    def told(self: Any, about: Any) -> Any:
        answer = original(self, about)
        queue = queue_of(self, about)
        queue_holds(queue.name, len(queue._messages))
        return answer

    original = replace(owner, name, told, expected=digest)
