"""Each message that a topic gets is a line of the timeline: there is nobody here to receive e-mails."""

from __future__ import annotations

from typing import Any

from moto.sns.models import Topic

from rehearsal.cloud import current
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["publish"] = replace(Topic, "publish", _publish, expected="20061a77c84c")


def _publish(self: Any, message: str, subject: str | None = None, *args: Any, **kwargs: Any) -> Any:
    text = f"{subject}: {message}" if subject else message
    current().timeline.record("notification", self.name, text)
    return _originals["publish"](self, message, subject, *args, **kwargs)
