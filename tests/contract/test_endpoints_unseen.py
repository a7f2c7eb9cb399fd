"""What was just created and isn't shown yet: whoever looked next would take an endpoint for deleted."""

from typing import Any

import pytest
from botocore.stub import Stubber

from berth_aws.sagemaker_changed import create_endpoint
from berth_core.errors import BusyError

NAME = "llama-eval"
ARN = f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{NAME}"
TAGS = {"berth:stack": "berth", "berth:deployment": NAME}


def refused(stub: Stubber, operation: str, message: str) -> None:
    stub.add_client_error(operation, "ValidationException", message)


def test_one_that_is_not_shown_yet_is_busy(sagemaker: Any) -> None:
    with Stubber(sagemaker) as stub:
        refused(stub, "describe_endpoint", f'Could not find endpoint "{ARN}".')
        stub.add_response("create_endpoint", {"EndpointArn": ARN})
        refused(stub, "describe_endpoint", f'Could not find endpoint "{ARN}".')
        with pytest.raises(BusyError, match="doesn't show it yet"):
            create_endpoint(sagemaker, NAME, "config", TAGS)
        stub.assert_no_pending_responses()


def test_one_that_exists_unseen_is_left_to_the_next_try(sagemaker: Any) -> None:
    with Stubber(sagemaker) as stub:
        refused(stub, "describe_endpoint", f'Could not find endpoint "{ARN}".')
        refused(stub, "create_endpoint", f'Cannot create already existing endpoint "{ARN}".')
        with pytest.raises(BusyError, match="doesn't show it yet"):
            create_endpoint(sagemaker, NAME, "config", TAGS)
        stub.assert_no_pending_responses()


def test_a_config_that_is_not_seen_yet_is_busy(sagemaker: Any) -> None:
    with Stubber(sagemaker) as stub:
        refused(stub, "describe_endpoint", f'Could not find endpoint "{ARN}".')
        config_arn = "arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/config"
        refused(stub, "create_endpoint", f'Could not find endpoint configuration "{config_arn}".')
        with pytest.raises(BusyError):
            create_endpoint(sagemaker, NAME, "config", TAGS)
        stub.assert_no_pending_responses()
