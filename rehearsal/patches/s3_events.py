"""S3's events on the default bus, in AWS's shape (aws-facts 4.8; S3 user guide, event message structure).

moto sends its own shape to every bus, and nothing for a delete marker.
"""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

from moto.events.models import events_backends
from moto.s3 import notifications
from moto.s3.models import S3Backend

from rehearsal.cloud import current
from rehearsal.patching import replace

_REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}
_originals: dict[str, Any] = {}
_numbers = itertools.count()


def apply() -> None:
    replace(notifications, "_send_event_bridge_message", _send, expected="971cee49c687")
    _originals["set_delete_marker"] = replace(
        S3Backend, "_set_delete_marker", _set_delete_marker, expected="38e0c6766513"
    )


def reset() -> None:
    global _numbers
    _numbers = itertools.count()


def _send(account_id: str, bucket: Any, event_name: Any, key: Any) -> None:
    detail_type = notifications._detail_type(event_name)
    if detail_type not in ("Object Created", "Object Deleted"):
        # moto also sets an ACL and tags at each put, which AWS doesn't do.
        return
    if detail_type == "Object Deleted":
        about = _deleted(key.name, _version(key), "Permanently Deleted")
    else:
        object_seen = {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), **_version(key)}
        about = {"object": object_seen, "reason": _reason(event_name)}
    _put(account_id, bucket, detail_type, about)


def _set_delete_marker(self: Any, bucket_name: str, key_name: str) -> Any:
    marker = _originals["set_delete_marker"](self, bucket_name, key_name)
    bucket = self.get_bucket(bucket_name)
    configuration = bucket.notification_configuration
    if configuration is not None and configuration.event_bridge is not None:
        about = _deleted(key_name, {"version-id": marker.version_id}, "Delete Marker Created")
        _put(self.account_id, bucket, "Object Deleted", about)
    return marker


def _reason(event_name: Any) -> str:
    """s3:ObjectCreated:Put -> PutObject."""
    name = str(event_name.value).split(":")[-1]
    return _REASONS.get(name, name)


def _deleted(key: str, version: dict[str, str], deletion_type: str) -> dict[str, Any]:
    return {"object": {"key": key, **version}, "reason": "DeleteObject", "deletion-type": deletion_type}


def _version(key: Any) -> dict[str, str]:
    return {} if key.version_id in (None, "null") else {"version-id": key.version_id}


def _put(account_id: str, bucket: Any, detail_type: str, about: dict[str, Any]) -> None:
    about["object"]["sequencer"] = f"{current().kernel.now_us:014X}{next(_numbers):04X}"
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        **about,
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "192.0.2.1",
    }
    entry = {
        "Source": "aws.s3",
        "DetailType": detail_type,
        "Resources": [bucket.arn],
        "Detail": json.dumps(detail),
    }
    events_backends[account_id][bucket.region_name].put_events([entry])
