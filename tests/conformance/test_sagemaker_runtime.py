"""Invocations: who answers, and which of AWS's errors comes when nobody does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.reservations import END, P5, Reservations


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    opened = Reservations(cloud)
    opened.open()
    return opened


def refused(site: Reservations, name: str = "llama", **more: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        site.runtime.invoke_endpoint(EndpointName=name, Body=b"{}", **more)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_an_endpoint_in_service_answers_with_its_model(site: Reservations) -> None:
    site.endpoint()
    answer = site.runtime.invoke_endpoint(
        EndpointName="llama", Body=b'{"inputs": "hi"}', ContentType="application/json"
    )
    assert json.loads(answer["Body"].read()) == {"endpoint": "llama", "model": "m1", "instance": P5}
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("application/json", "AllTraffic")


def test_unknown_and_unready_endpoints_answer_alike(site: Reservations) -> None:
    expected = (400, "ValidationError", "Endpoint llama of account 111122223333 not found.")
    assert refused(site) == expected
    site.config("c1")
    site.sagemaker.create_endpoint(EndpointName="llama", EndpointConfigName="c1")
    assert refused(site) == expected


def test_after_the_plan_the_model_error_says_what_to_do(site: Reservations) -> None:
    site.endpoint()
    site.cloud.advance(to=END)
    message = "Endpoint capacity reservation has expired. Please update endpoint configuration."
    assert refused(site) == (424, "ModelError", message)
    with pytest.raises(site.runtime.exceptions.ModelError) as error:
        site.invoke()
    assert error.value.response["OriginalStatusCode"] == 424
    assert error.value.response["OriginalMessage"] == message


def test_a_variant_can_be_asked_for_by_name(site: Reservations) -> None:
    site.endpoint()
    answer = site.runtime.invoke_endpoint(EndpointName="llama", Body=b"{}", TargetVariant="AllTraffic")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert refused(site, TargetVariant="Other")[2] == "Variant Other not found for Request in endpoint llama."


def test_an_endpoint_with_a_model_has_no_components(site: Reservations) -> None:
    site.endpoint()
    assert "header is not allowed" in refused(site, InferenceComponentName="llama-8b")[2]


def test_a_deleted_endpoint_stops_at_once(site: Reservations) -> None:
    site.endpoint()
    site.sagemaker.delete_endpoint(EndpointName="llama")
    assert refused(site)[1] == "ValidationError"


def test_a_serverless_endpoint_answers_too(site: Reservations) -> None:
    variant = {
        "VariantName": "v",
        "ModelName": "m1",
        "ServerlessConfig": {"MemorySizeInMB": 4096, "MaxConcurrency": 20},
    }
    site.sagemaker.create_endpoint_config(EndpointConfigName="sl", ProductionVariants=[variant])
    site.endpoint(config="sl")
    assert json.loads(site.invoke())["instance"] == "serverless"
    assert site.seen()["ProductionVariants"][0]["CurrentServerlessConfig"]["MaxConcurrency"] == 20
