"""The server's front: whose turn it is, what becomes of errors, and where a request goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.server.aws_requests import for_aws
from tests.conformance.served import ON_SALE, Server, told


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.cloud.stop()


def test_what_broke_in_the_background_is_in_health_and_on_stderr(server: Server) -> None:
    def break_down() -> None:
        raise LookupError("the twin lost its mind")

    server.cloud.kernel.after(60, lambda: server.cloud.kernel.spawn(break_down, "broken"))
    server.post("/clock", {"advance_seconds": 60})
    health = server.get("/health")
    assert health["status"] == "ready"
    assert ["the twin lost its mind" in error for error in health["errors"]] == [True]
    assert server.stderr.getvalue().count("task 'broken' died") == 1


def test_a_route_that_breaks_answers_500_and_is_seen_in_health(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(body: Any) -> str:
        raise KeyError("marketplace")

    monkeypatch.setattr(server.cloud.sagemaker, "put_on_sale", broken)
    answer = server.ask("POST", "/offerings", ON_SALE)
    assert answer.status_code == 500
    assert "KeyError: 'marketplace'" in told(answer)["error"]
    assert len(server.get("/health")["errors"]) == 1


def test_a_request_is_alone_until_all_it_made_ready_has_happened(server: Server) -> None:
    """Whoever else comes meanwhile must wait: another thread can't get the kernel's mutex."""
    free: list[bool] = []

    def look() -> None:
        other = threading.Thread(target=lambda: free.append(server.cloud.kernel.mutex.acquire(blocking=False)))
        other.start()
        other.join()

    server.cloud.kernel.after(0, lambda: server.cloud.kernel.spawn(look, "look"))
    assert server.sagemaker("ListEndpoints").status_code == 200
    assert free == [False]


def test_an_aws_request_takes_ten_milliseconds_and_an_unknown_one_of_ours_none(server: Server) -> None:
    server.sagemaker("ListEndpoints")
    server.ask("GET", "/nothing")
    assert server.get("/clock") == {"now": "2026-03-01T00:00:00.010000Z"}


def test_idle_schedules_look_again_after_a_request_that_may_have_changed_something(server: Server) -> None:
    before = server.cloud.epoch
    server.get("/timeline")
    server.sagemaker("ListEndpoints")
    server.aws("s3", path="/")
    assert server.cloud.epoch == before
    server.aws("s3", method="PUT", path="/bucket")
    assert server.cloud.epoch > before


def test_aws_errors_keep_their_codes(server: Server) -> None:
    answer = server.sagemaker("DescribeTrainingPlan", TrainingPlanName="nobodys")
    assert (answer.status_code, told(answer)["__type"]) == (400, "ResourceNotFound")
    answer = server.aws("s3", path="/no-such-bucket/key")
    assert answer.status_code == 404
    assert "<Code>NoSuchBucket</Code>" in answer.text


def test_a_service_that_moto_lacks_is_an_error_that_clients_do_not_repeat(server: Server) -> None:
    headers = {"X-Amz-Target": "PhotonAdminProxyService.DescribeStacks"}
    answer = server.aws("appstream", method="POST", path="/", headers=headers, data="{}")
    assert (answer.status_code, told(answer)["__type"]) == (501, "NotImplemented")
    assert server.get("/health") == {"status": "ready"}


# Addressing


def addressed(host: str, uri: str, authorization: str | None = None) -> str:
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": host, "RAW_URI": uri, "QUERY_STRING": uri.partition("?")[2]}
    if authorization:
        environ["HTTP_AUTHORIZATION"] = authorization
    return for_aws(environ, b"", "us-east-1").url


def signature(service: str, region: str = "eu-west-3") -> str:
    scope = f"Credential=AKIDANY/20261121/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"


@pytest.mark.parametrize(
    ("host", "uri", "expected"),
    [
        ("127.0.0.1:4566", "/manifests/a/b.yaml", "/manifests/a/b.yaml"),
        ("localhost:4566", "/manifests/a%20b%2Fc?x=1", "/manifests/a%20b%2Fc?x=1"),
        ("manifests.localhost:4566", "/a/b.yaml", "/manifests/a/b.yaml"),
        ("my.dotted.bucket.localhost", "/a", "/my.dotted.bucket/a"),
        ("manifests.s3.localhost:4566", "/a", "/manifests/a"),
        ("manifests.s3.eu-west-3.localhost:4566", "/?list-type=2", "/manifests/?list-type=2"),
        ("s3.localhost:4566", "/manifests/a", "/manifests/a"),
        ("s3.eu-west-3.localhost:4566", "/manifests/a", "/manifests/a"),
    ],
)
def test_a_bucket_may_stand_in_the_host_or_in_the_path(host: str, uri: str, expected: str) -> None:
    assert addressed(host, uri, signature("s3")) == f"https://s3.us-east-1.amazonaws.com{expected}"
    assert addressed(host, uri) == f"https://s3.us-east-1.amazonaws.com{expected}"


@pytest.mark.parametrize(
    ("service", "uri", "expected"),
    [
        ("states", "/", "states"),
        ("sagemaker", "/", "api.sagemaker"),
        ("sagemaker", "/endpoints/llama-eval/invocations", "runtime.sagemaker"),
        ("monitoring", "/", "monitoring"),
        ("dynamodb", "/", "dynamodb"),
    ],
)
def test_a_request_goes_to_the_service_that_it_was_signed_for(service: str, uri: str, expected: str) -> None:
    assert (
        addressed("manifests.localhost", uri, signature(service)) == f"https://{expected}.us-east-1.amazonaws.com{uri}"
    )


@pytest.mark.parametrize("slash", ["/", "%2F"])
def test_a_presigned_request_is_one_of_the_stacks_region(slash: str) -> None:
    def presigned(region: str) -> str:
        scope = slash.join(("AKIDANY", "20261121", region, "sqs", "aws4_request"))
        return f"/?X-Amz-Credential={scope}&X-Amz-Expires=60"

    url = addressed("localhost:4566", presigned("eu-west-3"))
    assert url == f"https://sqs.us-east-1.amazonaws.com{presigned('us-east-1')}"


def test_an_object_put_through_the_buckets_host_is_read_through_its_path(server: Server) -> None:
    server.aws("s3", method="PUT", path="/manifests")
    put = server.aws(
        "s3", method="PUT", path="/a/b.yaml", base_url="http://manifests.localhost:4566", data="version: 1"
    )
    assert put.status_code == 200, put.text
    assert server.aws("s3", path="/manifests/a/b.yaml").text == "version: 1"
    head = server.aws("s3", method="HEAD", path="/manifests/a/b.yaml")
    assert (head.headers["Content-Length"], head.text) == ("10", "")


def test_the_region_is_the_stacks_whatever_the_client_was_signed_for(server: Server) -> None:
    headers = {"X-Amz-Target": "AmazonSQS.CreateQueue", "Content-Type": "application/x-amz-json-1.0"}
    made = server.aws("sqs", method="POST", path="/", headers=headers, data='{"QueueName": "q"}')
    queue = told(made)["QueueUrl"]
    arns = server.cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    assert arns == {"QueueArn": "arn:aws:sqs:us-east-1:111122223333:q"}
