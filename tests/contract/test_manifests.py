"""Manifests in a versioned bucket, against moto's S3."""

from typing import Any

import pytest

from berth_aws import clients
from berth_aws.manifests import MOST_BYTES, read_manifest

BUCKET = "berth-manifests-111122223333-us-east-1"
KEY = "deployments/llama-eval.yaml"


@pytest.fixture
def s3(aws: None) -> Any:
    client = clients.shared("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


def write(s3: Any, text: bytes) -> str:
    version: str = s3.put_object(Bucket=BUCKET, Key=KEY, Body=text)["VersionId"]
    return version


def test_the_newest_version_is_read_unless_one_is_named(s3: Any) -> None:
    first = write(s3, b"version: 1")
    second = write(s3, "name: über".encode())
    newest = read_manifest(s3, BUCKET, KEY)
    assert newest is not None
    assert (newest.key, newest.text, newest.version) == (KEY, "name: über", second)
    assert newest.written_at.tzinfo is not None
    older = read_manifest(s3, BUCKET, KEY, first)
    assert older is not None
    assert (older.text, older.version) == ("version: 1", first)


def test_what_was_never_written_is_none(s3: Any) -> None:
    assert read_manifest(s3, BUCKET, KEY) is None


def test_what_was_deleted_is_none_and_its_old_version_is_not(s3: Any) -> None:
    version = write(s3, b"version: 1")
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    assert read_manifest(s3, BUCKET, KEY) is None
    assert read_manifest(s3, BUCKET, KEY, version) is not None


def test_bytes_that_are_no_text_are_left_for_the_parser_to_name(s3: Any) -> None:
    write(s3, b"name: \xff\xfe")
    found = read_manifest(s3, BUCKET, KEY)
    assert found is not None
    assert "\N{REPLACEMENT CHARACTER}" in found.text


def test_a_huge_object_is_not_read_to_its_end(s3: Any) -> None:
    write(s3, b"a" * (MOST_BYTES + 10))
    found = read_manifest(s3, BUCKET, KEY)
    assert found is not None
    assert len(found.text) == MOST_BYTES
