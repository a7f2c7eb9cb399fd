"""What is left on staging, as lists and tags say."""

from typing import Any
from unittest.mock import MagicMock

import pytest

from berth_aws import trials
from berth_aws.trials import trials_of
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG
from berth_core.releases import TRIAL_TAG

NAME = "llama-eval-staging-0a1b2c3d"
TAGS = {STACK_TAG: "berth", DEPLOYMENT_TAG: "llama-eval", TRIAL_TAG: "my-model"}


def sagemaker(*, endpoint: str | None, config: bool) -> MagicMock:
    """A client that lists one endpoint of this status, or none, and its config or none."""
    endpoints = [{"EndpointName": NAME, "EndpointArn": "arn:e", "EndpointStatus": endpoint}] if endpoint else []
    configs = [{"EndpointConfigName": NAME, "EndpointConfigArn": "arn:c"}] if config else []
    pages: dict[str, list[dict[str, Any]]] = {
        "list_endpoints": [{"Endpoints": endpoints}],
        "list_endpoint_configs": [{"EndpointConfigs": configs}],
    }
    client = MagicMock()
    client.get_paginator.side_effect = lambda operation: MagicMock(paginate=lambda **_: pages[operation])
    return client


@pytest.mark.parametrize(
    ("endpoint", "config", "left"),
    [
        ("InService", True, (NAME,)),
        ("InService", False, (NAME,)),
        (None, True, (NAME,)),
        ("Deleting", True, (NAME,)),
        # Asked for already: nobody is told that it is repaired once more.
        ("Deleting", False, ()),
        (None, False, ()),
    ],
)
def test_what_is_being_deleted_is_not_left(
    monkeypatch: pytest.MonkeyPatch, endpoint: str | None, config: bool, left: tuple[str, ...]
) -> None:
    monkeypatch.setattr(trials, "tags_of", lambda *_: TAGS)
    assert trials_of(sagemaker(endpoint=endpoint, config=config), "llama-eval", "berth") == left


def test_what_carries_other_tags_is_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "tags_of", lambda *_: {**TAGS, DEPLOYMENT_TAG: "another"})
    assert trials_of(sagemaker(endpoint="InService", config=True), "llama-eval", "berth") == ()
