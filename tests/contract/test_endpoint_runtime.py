"""One request to the model."""

from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from berth_aws.endpoint_runtime import invoke_endpoint
from berth_core.errors import BusyError, RefusedError

BODY = '{"inputs": "hi"}'


@pytest.fixture
def runtime() -> Any:
    return boto3.client("sagemaker-runtime", region_name="us-east-1")


def test_a_reply_has_its_type_and_its_size(runtime: Any) -> None:
    with Stubber(runtime) as stub:
        body = StreamingBody(BytesIO(b"hello"), 5)
        asked = {"EndpointName": "llama-eval", "Body": BODY.encode(), "ContentType": "application/json"}
        stub.add_response("invoke_endpoint", {"Body": body, "ContentType": "text/plain"}, asked)
        reply = invoke_endpoint(runtime, "llama-eval", BODY, "application/json")
    assert (reply.content_type, reply.size_bytes) == ("text/plain", 5)


@pytest.mark.parametrize(
    ("code", "message", "status", "expected"),
    [
        ("ModelError", "Endpoint capacity reservation has expired.", 424, RefusedError),
        ("ModelError", "Received server error (500) from primary", 424, RefusedError),
        ("ModelNotReadyException", "warming up", 429, BusyError),
        ("ServiceUnavailable", "", 503, BusyError),
    ],
)
def test_a_model_that_fails_is_refused_and_one_that_is_not_there_yet_is_busy(
    runtime: Any, code: str, message: str, status: int, expected: type[Exception]
) -> None:
    with Stubber(runtime) as stub:
        stub.add_client_error("invoke_endpoint", code, message, http_status_code=status)
        with pytest.raises(expected, match="InvokeEndpoint"):
            invoke_endpoint(runtime, "llama-eval", BODY, "application/json")
