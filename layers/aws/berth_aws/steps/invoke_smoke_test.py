"""One real request, before a deployment counts as done."""

from berth_aws import clients
from berth_aws.endpoint_runtime import invoke_endpoint
from berth_core.decide.outcome import SmokeTested
from berth_core.errors import RefusedError
from berth_core.facts import Snapshot


def invoke_smoke_test(seen: Snapshot) -> SmokeTested:
    """A model that fails the request is an answer, not an error. BusyError while it warms up: asking again is right."""
    test = seen.deployment.manifest.smoke_test
    if test is None:
        return SmokeTested(reason="the manifest asks for no smoke test")
    if seen.endpoint is None or seen.endpoint.status != "InService":
        return SmokeTested(reason="there is no endpoint in service to ask")
    try:
        reply = invoke_endpoint(clients.invoking(), seen.endpoint.name, test.body, test.content_type)
    except RefusedError as error:
        return SmokeTested(failed=True, reason=str(error))
    return SmokeTested(failed=False, reason=f"answered with {reply.size_bytes} bytes of {reply.content_type}")
