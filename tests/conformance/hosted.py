"""Endpoints for inference components, in the states that tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.reservations import Reservations

ARN = "arn:aws:sagemaker:us-east-1:111122223333:inference-component/a"
CAPACITY_FAILURE_SECONDS = 300
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "COPY_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 60,
    }
}


def with_settings(**settings: Any) -> Reservations:
    site = Reservations(Cloud.start(Settings(**settings)))
    site.open()
    site.component_endpoint()
    return site


def refusal_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"
