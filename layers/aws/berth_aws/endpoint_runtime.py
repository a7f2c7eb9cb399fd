"""Asking the model itself."""

from berth_aws.clients import Client
from berth_aws.translate import in_our_words
from berth_core.model import Frozen


class Reply(Frozen):
    """What the model said, as far as a smoke test looks at it."""

    content_type: str
    size_bytes: int


def invoke_endpoint(client: Client, endpoint: str, body: str, content_type: str, component: str | None = None) -> Reply:
    """One request; of one inference component, if the endpoint is for some.

    RefusedError if the model fails it or the reservation is over, BusyError while it warms up.
    """
    with in_our_words("InvokeEndpoint"):
        which = {"InferenceComponentName": component} if component else {}
        answer = client.invoke_endpoint(EndpointName=endpoint, Body=body.encode(), ContentType=content_type, **which)
        return Reply(content_type=answer.get("ContentType", ""), size_bytes=len(answer["Body"].read()))
