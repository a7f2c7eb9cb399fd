"""ReceiveMessage on a clock that stands still: it answers at once, whatever the long poll asked for.

moto's long poll compares the time with its end again and again, for ever if nobody moves the clock. Messages beyond the
queue's retention also hide later ones from it.
"""

from __future__ import annotations

from typing import Any

from moto.sqs.models import SQSBackend

from rehearsal.cloud import current
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["receive"] = replace(SQSBackend, "receive_message", _receive, expected="79cac41881a0")


def _receive(
    self: Any,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> Any:
    queue = self.get_queue(queue_name)
    oldest_ms = current().kernel.now_us / 1000 - int(queue.message_retention_period) * 1000
    queue._messages = [message for message in queue._messages if message.sent_timestamp > oldest_ms]
    return _originals["receive"](self, queue_name, count, 0, visibility_timeout, message_attribute_names)
