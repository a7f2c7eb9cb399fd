"""What everybody has: a plain handler that makes its client when it is imported, and asks SageMaker twice."""

from typing import Any

import boto3

sagemaker = boto3.client("sagemaker")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """{"endpoint"} -> {"status", "tags"}"""
    endpoint = sagemaker.describe_endpoint(EndpointName=event["endpoint"])
    tags = sagemaker.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"]
    return {"status": endpoint["EndpointStatus"], "tags": tags}
