"""Eventual consistency of what was just made: there, and not to be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.reservations import Reservations

SECONDS = 30


@pytest.fixture
def late() -> Iterator[Reservations]:
    cloud = Cloud.start(Settings(shown_after_seconds=SECONDS))
    site = Reservations(cloud)
    site.open()
    yield site
    cloud.stop()


def test_a_config_is_not_described_listed_or_used_before_it_is_to_be_seen(late: Reservations) -> None:
    sagemaker = late.cloud.client("sagemaker")
    late.config("c1")
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration ".*/c1"'):
        sagemaker.describe_endpoint_config(EndpointConfigName="c1")
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration ".*/c1"'):
        sagemaker.create_endpoint(EndpointName="e1", EndpointConfigName="c1")
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    late.cloud.advance(seconds=SECONDS)
    assert sagemaker.describe_endpoint_config(EndpointConfigName="c1")["EndpointConfigName"] == "c1"
    assert [each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]] == ["c1"]


def test_an_endpoint_comes_up_unseen_and_its_name_is_taken(late: Reservations) -> None:
    sagemaker = late.cloud.client("sagemaker")
    late.config("c1")
    late.cloud.advance(seconds=SECONDS)
    sagemaker.create_endpoint(EndpointName="e1", EndpointConfigName="c1")
    with pytest.raises(ClientError, match=r'Could not find endpoint ".*/e1"'):
        sagemaker.describe_endpoint(EndpointName="e1")
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        sagemaker.create_endpoint(EndpointName="e1", EndpointConfigName="c1")
    late.cloud.advance(seconds=SECONDS)
    assert sagemaker.describe_endpoint(EndpointName="e1")["EndpointStatus"] == "Creating"


def test_a_plan_that_was_bought_is_not_listed_before_it_is_to_be_seen(late: Reservations) -> None:
    sagemaker = late.cloud.client("sagemaker")
    late.buy("second")
    assert "second" not in [each["TrainingPlanName"] for each in plans(sagemaker)]
    late.cloud.advance(seconds=SECONDS)
    assert "second" in [each["TrainingPlanName"] for each in plans(sagemaker)]


def plans(sagemaker: object) -> list[dict[str, str]]:
    return sagemaker.list_training_plans()["TrainingPlanSummaries"]  # type: ignore[attr-defined,no-any-return]
