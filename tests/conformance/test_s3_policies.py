"""A bucket that only takes encrypted connections takes ours; one that denies without a condition doesn't."""

import json
from collections.abc import Iterator, Mapping

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud

DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::manifests/*"}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = Cloud.start()
    running.client("s3").create_bucket(Bucket="manifests")
    yield running
    running.stop()


def _put(cloud: Cloud, statement: Mapping[str, object]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    cloud.client("s3").put_bucket_policy(Bucket="manifests", Policy=json.dumps(policy))
    cloud.client("s3").put_object(Bucket="manifests", Key="k", Body=b"x")


def test_a_denial_of_plain_http_lets_encrypted_requests_through(cloud: Cloud) -> None:
    _put(cloud, {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    assert cloud.client("s3").get_object(Bucket="manifests", Key="k")["Body"].read() == b"x"


def test_an_unconditional_denial_denies(cloud: Cloud) -> None:
    with pytest.raises(ClientError):
        _put(cloud, DENY)
