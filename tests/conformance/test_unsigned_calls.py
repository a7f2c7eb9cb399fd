"""Calls inside the process go unsigned; what leaves it, and what goes to S3, is signed as ever."""

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest

from rehearsal.cloud import Cloud


@pytest.mark.parametrize(
    ("service", "url", "signed"),
    [
        ("sagemaker", "https://api.sagemaker.us-east-1.amazonaws.com/", False),
        ("sagemaker", "http://127.0.0.1:4566/", True),
        ("sagemaker", "http://localhost:4566/", True),
        ("s3", "https://s3.amazonaws.com/manifests", True),
    ],
)
def test_who_is_signed(cloud: Cloud, service: Any, url: str, signed: bool) -> None:
    client: Any = boto3.client(service, region_name=cloud.settings.region)
    request = AWSRequest(method="POST", url=url, data=b"{}")
    request.context["timestamp"] = "20260303T113000Z"
    client._request_signer.sign("AnOperation", request)
    assert ("Authorization" in request.headers) is signed
