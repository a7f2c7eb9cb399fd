"""Serverless endpoints of the twin: what their configs may hold, which models can't run there, and cold starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from rehearsal.cloud import Cloud
from rehearsal.sagemaker import serverless

ROLE = "arn:aws:iam::111122223333:role/inference"
SIZE = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}


class Hosting:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sagemaker = cloud.client("sagemaker")

    def model(self, name: str = "m", **over: Any) -> None:
        given = {"PrimaryContainer": {"Image": "image"}, **over}
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, **given)

    def config(self, name: str, *, size: dict[str, int] | None = None, **over: Any) -> None:
        variant = {"VariantName": "main", "ModelName": "m", "ServerlessConfig": size or SIZE}
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, **{"ProductionVariants": [variant], **over})

    def endpoint(self, name: str = "e") -> str:
        """Creates it on the config of its name, and says what became of it."""
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self.cloud.advance(seconds=600)
        return str(self.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])

    def seconds_of_a_request(self, name: str = "e") -> float:
        """Measured on the virtual clock, where only tasks can wait."""
        took: list[float] = []

        def ask() -> None:
            began = self.cloud.now
            self.cloud.client("sagemaker-runtime").invoke_endpoint(EndpointName=name, Body=b"{}")
            took.append((self.cloud.now - began).total_seconds())

        self.cloud.kernel.spawn(ask, "a client")
        self.cloud.advance(seconds=60)
        return took[0]


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    cloud = Cloud.start()
    yield Hosting(cloud)
    cloud.stop()


def test_a_serverless_endpoint_has_no_instances_and_shows_its_size(hosting: Hosting) -> None:
    hosting.model()
    hosting.config("e")
    assert hosting.endpoint() == "InService"
    (variant,) = hosting.sagemaker.describe_endpoint(EndpointName="e")["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == SIZE
    assert "CurrentInstanceCount" not in variant


def test_it_is_there_without_the_time_of_an_instance(hosting: Hosting) -> None:
    hosting.model()
    hosting.config("e")
    hosting.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="e")
    hosting.cloud.advance(seconds=hosting.cloud.settings.timings.load_minutes * 60 + 1)
    assert hosting.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "InService"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ({"MemorySizeInMB": 512, "MaxConcurrency": 5}, "greater than or equal to 1024"),
        ({"MemorySizeInMB": 7168, "MaxConcurrency": 5}, "less than or equal to 6144"),
        ({"MemorySizeInMB": 1500, "MaxConcurrency": 5}, "multiple of 1024"),
        ({"MemorySizeInMB": 1024, "MaxConcurrency": 0}, "greater than or equal to 1"),
        ({"MemorySizeInMB": 1024, "MaxConcurrency": 201}, "less than or equal to 200"),
        ({"MemorySizeInMB": 1024, "MaxConcurrency": 2, "ProvisionedConcurrency": 3}, "no more than MaxConcurrency"),
    ],
)
def test_sizes_that_serverless_inference_has_not(hosting: Hosting, size: dict[str, int], told: str) -> None:
    hosting.model()
    # botocore itself stops at minimums.
    with pytest.raises(
        (ClientError, ParamValidationError),
        match=told.replace("greater than or equal to", "(greater than or equal to|min value:)"),
    ):
        hosting.config("e", size=size)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}, "VpcConfig"),
        ({"EnableNetworkIsolation": True}, "network isolation"),
        ({"PrimaryContainer": {"Image": "i", "Mode": "MultiModel"}}, "multi-model"),
        ({"PrimaryContainer": {"Image": "i", "ImageConfig": {"RepositoryAccessMode": "Vpc"}}}, "private registries"),
    ],
)
def test_models_that_serverless_inference_does_not_take(hosting: Hosting, over: dict[str, Any], told: str) -> None:
    hosting.model(**over)
    with pytest.raises(ClientError, match=told):
        hosting.config("e")


def test_a_pipeline_of_containers_is_not_taken(hosting: Hosting) -> None:
    containers = [{"Image": "one"}, {"Image": "two"}]
    hosting.sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, Containers=containers)
    with pytest.raises(ClientError, match="inference pipelines"):
        hosting.config("e")


def test_one_variant_and_no_data_capture(hosting: Hosting) -> None:
    hosting.model()
    variants = [{"VariantName": name, "ModelName": "m", "ServerlessConfig": SIZE} for name in ("a", "b")]
    with pytest.raises(ClientError, match="one production variant"):
        hosting.config("e", ProductionVariants=variants)
    capture = {
        "InitialSamplingPercentage": 1,
        "DestinationS3Uri": "s3://captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    with pytest.raises(ClientError, match="DataCaptureConfig"):
        hosting.config("e", DataCaptureConfig=capture)


def test_an_image_for_accelerators_does_not_come_up(hosting: Hosting) -> None:
    hosting.model(PrimaryContainer={"Image": "pytorch-inference:2.6.0-gpu-py312-cu124"})
    hosting.config("e")
    assert hosting.endpoint() == "Failed"
    assert "accelerator" in hosting.sagemaker.describe_endpoint(EndpointName="e")["FailureReason"]


def test_an_endpoint_on_instances_does_not_become_serverless_and_the_other_way_goes_once(hosting: Hosting) -> None:
    hosting.model()
    hosting.config("e")
    variant = {"VariantName": "main", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    hosting.config("on-instances", ProductionVariants=[variant])
    assert hosting.endpoint() == "InService"
    hosting.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="on-instances")
    hosting.cloud.advance(seconds=1200)
    assert hosting.sagemaker.describe_endpoint(EndpointName="e")["EndpointConfigName"] == "on-instances"
    with pytest.raises(ClientError, match="not supported"):
        hosting.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="e")


def test_there_is_room_for_fifty(hosting: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverless, "MOST_ENDPOINTS", 1)
    hosting.model()
    hosting.config("e")
    assert hosting.endpoint() == "InService"
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        hosting.sagemaker.create_endpoint(EndpointName="f", EndpointConfigName="e")


def test_the_first_request_and_one_after_a_pause_wait_for_a_container(hosting: Hosting) -> None:
    hosting.model()
    hosting.config("e")
    hosting.endpoint()
    cold = hosting.cloud.settings.timings.serverless_cold_start_seconds
    assert hosting.seconds_of_a_request() == pytest.approx(cold, abs=0.5)
    assert hosting.seconds_of_a_request() < 0.5
    hosting.cloud.advance(seconds=timedelta(minutes=10).total_seconds())
    assert hosting.seconds_of_a_request() == pytest.approx(cold, abs=0.5)


def test_a_models_variables_say_what_its_container_answers(hosting: Hosting) -> None:
    hosting.model(
        PrimaryContainer={
            "Image": "i",
            "Environment": {"REHEARSAL_ANSWER": '{"label": 1}', "REHEARSAL_LATENCY_MS": "1500"},
        }
    )
    hosting.config("e")
    hosting.endpoint()
    answer = hosting.cloud.client("sagemaker-runtime").invoke_endpoint(EndpointName="e", Body=b"{}")
    assert json.loads(answer["Body"].read()) == {"label": 1}
    hosting.seconds_of_a_request()
    assert hosting.seconds_of_a_request() == pytest.approx(1.5, abs=0.1)


def test_a_container_that_refuses_a_request_is_a_model_error_with_its_status(hosting: Hosting) -> None:
    hosting.model(
        PrimaryContainer={"Image": "i", "Environment": {"REHEARSAL_STATUS": "422", "REHEARSAL_ANSWER": "no such field"}}
    )
    hosting.config("e")
    hosting.endpoint()
    with pytest.raises(ClientError, match="422") as refused:
        hosting.cloud.client("sagemaker-runtime").invoke_endpoint(EndpointName="e", Body=b"{}")
    answer: dict[str, Any] = dict(refused.value.response)
    assert (answer["OriginalStatusCode"], answer["OriginalMessage"]) == (422, "no such field")
