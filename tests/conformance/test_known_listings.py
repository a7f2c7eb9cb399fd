"""A listing that is known is the one that the long way would give, with the ids that it would draw."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from rehearsal import call_counts, known_listings
from rehearsal.cloud import Cloud
from rehearsal.settings import Settings

BUCKET = "manifests-here"
FOLDER = "deployments/"


def told(*, long_way: bool, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a client is told while a bucket changes, and an id that is drawn afterwards."""
    known_listings._answers.clear()
    if long_way:
        monkeypatch.setattr(known_listings, "_asks_alone", lambda client: False)
    s3 = Cloud.start(Settings()).client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    answers: list[Any] = []

    def look() -> None:
        answers.extend(s3.list_objects_v2(Bucket=BUCKET, Prefix=FOLDER) for _ in range(2))

    look()
    s3.put_object(Bucket=BUCKET, Key=f"{FOLDER}a.yaml", Body=b"one")
    look()
    s3.put_object(Bucket=BUCKET, Key=f"{FOLDER}a.yaml", Body=b"two")
    s3.put_object(Bucket=BUCKET, Key="elsewhere.yaml", Body=b"three")
    look()
    s3.delete_object(Bucket=BUCKET, Key=f"{FOLDER}a.yaml")
    look()
    monkeypatch.undo()
    return [*answers, uuid.uuid4(), dict(call_counts.calls())]


def test_a_known_listing_is_told_as_the_long_way_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    short = told(long_way=False, monkeypatch=monkeypatch)
    assert short == told(long_way=True, monkeypatch=monkeypatch)
    assert [len(each.get("Contents", ())) for each in short[:8]] == [0, 0, 1, 1, 1, 1, 0, 0]


def test_the_same_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known_listings._answers.clear()
    s3 = Cloud.start(Settings()).client("s3")
    s3.create_bucket(Bucket=BUCKET)
    first = s3.list_objects_v2(Bucket=BUCKET)
    monkeypatch.setattr("rehearsal.patches.direct_calls._originals", {})
    second = s3.list_objects_v2(Bucket=BUCKET)
    assert second["Name"] == first["Name"]
    assert second["ResponseMetadata"]["RequestId"] != first["ResponseMetadata"]["RequestId"]


def test_who_listens_to_a_client_hears_every_request() -> None:
    s3 = Cloud.start(Settings()).client("s3")
    s3.create_bucket(Bucket=BUCKET)
    heard: list[str] = []
    s3.meta.events.register("before-call.s3.ListObjectsV2", lambda **given: heard.append(given["event_name"]))
    s3.list_objects_v2(Bucket=BUCKET)
    s3.list_objects_v2(Bucket=BUCKET)
    assert len(heard) == 2


def test_what_isn_t_there_is_refused_as_ever() -> None:
    s3 = Cloud.start(Settings()).client("s3")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket=BUCKET)
