"""SNS invokes functions asynchronously, with a message that says where it comes from."""

from __future__ import annotations

import uuid
from typing import Any

from moto.sns.models import Subscription

from rehearsal.cloud import current
from rehearsal.delivery.targets import function_at
from rehearsal.lambdas.asynchronous import accept
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["publish"] = replace(Subscription, "publish", _publish, expected="0542364934c7")


def _publish(self: Any, message: str, message_id: str, subject: str | None = None, *args: Any, **kwargs: Any) -> None:
    """moto would run the function at once, on the publisher's thread, and with a message of its own."""
    if self.protocol != "lambda":
        _originals["publish"](self, message, message_id, subject, *args, **kwargs)
        return
    accept(function_at(self.endpoint), {"Records": [_record(self, message, message_id, subject)]})


def _record(subscription: Any, message: str, message_id: str, subject: str | None) -> dict[str, Any]:
    now = current().now
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id or str(uuid.uuid4()),
            "TopicArn": subscription.topic.arn,
            "Subject": subject,
            "Message": message,
            "Timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": {},
        },
    }
