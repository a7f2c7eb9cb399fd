"""S3's events on the default bus, in the shape of the S3 user guide."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud import Cloud
from tests.conformance.sample_app import deploy_sample, make_queue, messages


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    """The sample application's bucket, with a queue `seen` behind S3's events."""
    name = deploy_sample(cloud).outputs["BucketName"]
    events = cloud.client("events")
    events.put_rule(Name="seen", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="seen", Targets=[{"Id": "queue", "Arn": make_queue(cloud, "seen")}])
    return name


def seen(cloud: Cloud) -> list[dict[str, Any]]:
    cloud.kernel.settle()
    return [message["body"] for message in messages(cloud, "arn:aws:sqs:us-east-1:111122223333:seen")]


def test_a_put_is_an_object_created_event(cloud: Cloud, bucket: str) -> None:
    put = cloud.client("s3").put_object(Bucket=bucket, Key="deployments/a b.yaml", Body=b"hello")
    (event,) = seen(cloud)
    assert event["detail-type"] == "Object Created"
    assert event["source"] == "aws.s3"
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    assert event["time"] == "2026-03-01T00:00:00Z"
    detail = event["detail"]
    assert detail["bucket"] == {"name": bucket}
    assert detail["reason"] == "PutObject"
    assert detail["object"]["key"] == "deployments/a b.yaml"
    assert detail["object"]["size"] == 5
    assert detail["object"]["etag"] == put["ETag"].strip('"')
    assert detail["object"]["version-id"] == put["VersionId"]
    assert detail.keys() == {"version", "bucket", "object", "request-id", "requester", "source-ip-address", "reason"}


def test_a_delete_in_a_versioned_bucket_tells_of_the_marker(cloud: Cloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello")
    gone = s3.delete_object(Bucket=bucket, Key="a")
    event = seen(cloud)[-1]
    assert event["detail-type"] == "Object Deleted"
    assert event["detail"]["deletion-type"] == "Delete Marker Created"
    assert event["detail"]["reason"] == "DeleteObject"
    assert event["detail"]["object"].keys() == {"key", "version-id", "sequencer"}
    assert event["detail"]["object"]["version-id"] == gone["VersionId"]


def test_a_later_event_has_the_greater_sequencer(cloud: Cloud, bucket: str) -> None:
    for body in (b"1", b"2"):
        cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=body)
    cloud.advance(seconds=60)
    cloud.client("s3").delete_object(Bucket=bucket, Key="a")
    sequencers = [event["detail"]["object"]["sequencer"] for event in seen(cloud)]
    assert len(sequencers) == 3
    assert sequencers == sorted(set(sequencers))


def test_the_stacks_own_rule_runs_its_function(cloud: Cloud, bucket: str) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=b"hello")
    cloud.kernel.settle()
    assert [line.function_name for line in cloud.lambdas.logs if line.function_name == "sample-work"] == ["sample-work"]


def test_a_bucket_without_the_setting_tells_nobody(cloud: Cloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="quiet")
    s3.put_object(Bucket="quiet", Key="a", Body=b"hello")
    s3.delete_object(Bucket="quiet", Key="a")
    assert seen(cloud) == []


def test_events_go_to_the_default_bus_only(cloud: Cloud, bucket: str) -> None:
    events = cloud.client("events")
    other = make_queue(cloud, "other")
    events.put_rule(Name="r", EventBusName="sample", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="r", EventBusName="sample", Targets=[{"Id": "queue", "Arn": other}])
    cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=b"hello")
    assert len(seen(cloud)) == 1
    assert messages(cloud, other) == []
