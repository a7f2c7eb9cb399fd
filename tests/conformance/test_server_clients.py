"""The stock aws command line and boto3 against a real server in a process of its own, with the real stack in it."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.real_server import ROOT, RealServer, client_environment, running

MANIFEST = """\
version: 1
name: {name}
reservation:
  plans: [p5-of-nobody]
  instance_type: ml.p5.48xlarge
  instance_count: 1
model: my-model
"""
ROLE = "arn:aws:iam::111122223333:role/inference"


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with running() as up:
        yield up
        status, _, errors = up.end()
        assert (status, errors) == (0, "")


def client(server: RealServer, service: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=server.url,
        region_name="ap-southeast-2",
        aws_access_key_id="AKIAABCDEFGHIJKLMNOP",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def route(server: RealServer, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(f"{server.url}/_rehearsal{path}", json.dumps(body).encode() if body else None)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return json.load(answer)


def aws(server: RealServer, *arguments: str, directory: Path = ROOT) -> str:
    command = ["aws", "--endpoint-url", server.url, *arguments]
    run = subprocess.run(
        command, cwd=directory, env=client_environment(server.url), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_server_is_soon_ready_and_says_what_to_try(server: RealServer) -> None:
    """10 seconds are promised to someone who has the machine for themselves. Tests share it."""
    assert server.seconds < 20
    assert f"AWS_ENDPOINT_URL={server.url}" in server.greeting
    assert route(server, "/health") == {"status": "ready"}


def test_the_stack_has_the_outputs_that_others_rely_on(server: RealServer) -> None:
    stack = route(server, "/stack")
    machines = ("DeploymentReconcile", "EndpointDeploy", "EndpointRotate", "WindowHandover")
    wanted = {"ManifestBucket", "NotificationTopicArn", "EventBusName", "LedgerTable"}
    assert wanted | {f"{machine}StateMachineArn" for machine in machines} <= stack["outputs"].keys()
    assert stack["outputs"]["ManifestBucket"] in stack["resources"].values()


def test_boto3_of_another_region_meets_the_stack(server: RealServer) -> None:
    outputs = route(server, "/stack")["outputs"]
    client(server, "s3").head_bucket(Bucket=outputs["ManifestBucket"])
    client(server, "dynamodb").describe_table(TableName=outputs["LedgerTable"])
    machine = client(server, "stepfunctions").describe_state_machine(
        stateMachineArn=outputs["EndpointDeployStateMachineArn"]
    )
    assert ":us-east-1:111122223333:" in machine["stateMachineArn"]


def test_an_aws_error_reaches_boto3_with_its_code(server: RealServer) -> None:
    with pytest.raises(ClientError) as caught:
        client(server, "sagemaker").describe_training_plan(TrainingPlanName="nobodys")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFound"


def test_a_manifest_is_registered_before_the_next_request(server: RealServer) -> None:
    bucket = route(server, "/stack")["outputs"]["ManifestBucket"]
    body = MANIFEST.format(name="put-by-boto3").encode()
    client(server, "s3").put_object(Bucket=bucket, Key="deployments/put-by-boto3.yaml", Body=body)
    table = route(server, "/stack")["outputs"]["LedgerTable"]
    key = {"pk": {"S": "watched"}, "sk": {"S": "deployment#put-by-boto3"}}
    assert "Item" in client(server, "dynamodb").get_item(TableName=table, Key=key)


def test_objects_keep_their_bytes_names_and_metadata(server: RealServer) -> None:
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="scratch", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-2"})
    body = bytes(range(256)) * 20_000
    s3.put_object(Bucket="scratch", Key="a b/é+%20?.bin", Body=body, Metadata={"origin": "here"})
    found = s3.get_object(Bucket="scratch", Key="a b/é+%20?.bin")
    assert found["Body"].read() == body
    assert found["Metadata"] == {"origin": "here"}
    assert s3.head_object(Bucket="scratch", Key="a b/é+%20?.bin")["ContentLength"] == len(body)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "scratch", "Key": "a b/é+%20?.bin"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=60) as answer:
        assert answer.read() == body


def test_the_command_line_buys_a_plan(server: RealServer) -> None:
    search = ("--instance-type", "ml.p5.48xlarge", "--instance-count", "2", "--duration-hours", "168")
    found = json.loads(
        aws(server, "sagemaker", "search-training-plan-offerings", *search, "--target-resources", "endpoint")
    )
    offering = found["TrainingPlanOfferings"][0]["TrainingPlanOfferingId"]
    plan = ("--training-plan-name", "bought-by-cli", "--training-plan-offering-id", offering)
    arn = json.loads(aws(server, "sagemaker", "create-training-plan", *plan))["TrainingPlanArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:111122223333:training-plan/bought-by-cli"


def test_the_command_line_invokes_an_endpoint_and_gets_its_answer_in_a_file(server: RealServer, tmp_path: Path) -> None:
    sagemaker = client(server, "sagemaker")
    sagemaker.create_model(ModelName="m", PrimaryContainer={"Image": "any"}, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "main", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="by-hand", EndpointConfigName="c")
    route(server, "/clock", {"advance_seconds": 3600})
    body = ("--body", "eyJpbnB1dHMiOiAiaGkifQ==", "--content-type", "application/json")
    aws(
        server,
        "sagemaker-runtime",
        "invoke-endpoint",
        "--endpoint-name",
        "by-hand",
        *body,
        "answer",
        directory=tmp_path,
    )
    runtime = client(server, "sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName="by-hand", Body=b'{"inputs": "hi"}', ContentType="application/json")
    assert (tmp_path / "answer").read_bytes() == answer["Body"].read() != b""


def test_a_connection_serves_many_requests(server: RealServer) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/_rehearsal/clock")
    first_socket = connection.sock
    connection.getresponse().read()
    connection.request("POST", "/_rehearsal/nothing", body=b"x" * 100_000)
    assert connection.getresponse().read().startswith(b'{"error"')
    connection.request("GET", "/_rehearsal/health")
    assert connection.getresponse().read() == b'{"status": "ready"}\n'
    assert connection.sock is first_socket
    connection.close()


def test_a_request_whose_length_is_nonsense_is_refused_and_the_server_goes_on(server: RealServer) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"POST /_rehearsal/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert route(server, "/health") == {"status": "ready"}


def test_the_clock_starts_where_it_is_told_and_ctrl_c_ends_without_a_complaint() -> None:
    """SIGTERM ends the other servers of these tests."""
    with running("--start", "2027-01-01T00:00:00+01:00") as up:
        assert route(up, "/clock") == {"now": "2026-12-31T23:00:00Z"}
        assert up.end(signal.SIGINT) == (0, "Ended. Nothing is kept.\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "{taken}"], "is in use; choose another"),
        (["--port", "http"], "'http' is no port: give a number from 0 to 65535"),
        (["--start", "2026-03-01"], '"2026-03-01" is no time; write an ISO-8601 time with its zone'),
        (["--port", "0", "--template", "nowhere.yaml"], "there is no file nowhere.yaml"),
    ],
)
def test_a_server_that_cannot_start_says_why(arguments: list[str], words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "rehearsal", "up", *(each.replace("{taken}", port) for each in arguments)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode in (1, 2)
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_an_execution_can_be_redriven_from_outside(server: RealServer) -> None:
    machines = client(server, "stepfunctions")
    definition = json.dumps({"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "E"}}})
    made = machines.create_state_machine(name="stops", definition=definition, roleArn=ROLE)
    started = machines.start_execution(stateMachineArn=made["stateMachineArn"])
    redriven = machines.redrive_execution(executionArn=started["executionArn"])
    described = machines.describe_execution(executionArn=started["executionArn"])
    assert described["redriveDate"] == redriven["redriveDate"]
    assert (described["redriveCount"], described["redriveStatus"], described["error"]) == (1, "REDRIVABLE", "E")
