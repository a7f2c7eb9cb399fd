"""Manifests in their bucket."""

from datetime import datetime
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decide.unread import ObjectBrief, object_mark
from berth_core.manifest_keys import FOLDER
from berth_core.model import Frozen

MOST_BYTES = 256 * 1024 + 1
"""One more than a manifest may have: enough for the parser to see that it is too long, and no more for the memory."""


class ManifestObject(Frozen):
    """An object as it was read. `version` is S3's version id, which changes with every write.

    `mark` is what the listing shows instead, which has no version ids.
    """

    key: str
    text: str
    version: str
    written_at: datetime
    mark: str


def list_manifests(client: Client, bucket: str) -> tuple[ObjectBrief, ...]:
    """Everything in the folder of manifests, by key, whatever it is called."""
    with in_our_words("ListObjectsV2"):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=FOLDER)
        return tuple(_brief(each) for page in pages for each in page.get("Contents", ()))


def read_manifest(client: Client, bucket: str, key: str, version: str | None = None) -> ManifestObject | None:
    """The newest version, or the one that is named. None if there is none: never written, or deleted.

    S3 says "not found" only to who may list the bucket; to others it says AccessDenied, which is a RefusedError.
    """
    which: dict[str, Any] = {"VersionId": version} if version else {}
    with fine_if(Answer.GONE, "GetObject"):
        answer = client.get_object(Bucket=bucket, Key=key, **which)
        return ManifestObject(
            key=key,
            text=answer["Body"].read(MOST_BYTES).decode("utf-8", errors="replace"),
            version=answer.get("VersionId", answer["ETag"]),
            written_at=answer["LastModified"],
            mark=object_mark(answer["ETag"], answer["LastModified"]),
        )
    return None


def _brief(listed: dict[str, Any]) -> ObjectBrief:
    return ObjectBrief(key=listed["Key"], mark=object_mark(listed["ETag"], listed["LastModified"]))
