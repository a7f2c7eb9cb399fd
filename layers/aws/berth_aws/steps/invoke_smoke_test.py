"""One real request, before a deployment counts as done."""

from berth_aws import clients
from berth_aws.endpoint_runtime import invoke_endpoint
from berth_core.decide.outcome import SmokeTested
from berth_core.errors import RefusedError
from berth_core.facts import Snapshot
from berth_core.manifest import SmokeTest


def invoke_smoke_test(seen: Snapshot) -> SmokeTested:
    """A model that fails the request is an answer, not an error. BusyError while it warms up: asking again is right."""
    test = seen.deployment.manifest.smoke_test
    if test is None:
        return SmokeTested(reason="the manifest asks for no smoke test")
    if seen.endpoint is None or seen.endpoint.status != "InService":
        return SmokeTested(reason="there is no endpoint in service to ask")
    asked: list[str | None] = [None]
    if seen.deployment.manifest.components:
        asked = [each.name for each in seen.components if each.ours and each.current_copies > 0]
        if not asked:
            return SmokeTested(reason="there is no copy of any inference component to ask")
    answers = [_ask(seen.endpoint.name, test, component) for component in asked]
    return next((answer for answer in answers if answer.failed), answers[-1])


def _ask(endpoint: str, test: SmokeTest, component: str | None) -> SmokeTested:
    who = f"{component} " if component else ""
    try:
        reply = invoke_endpoint(clients.invoking(), endpoint, test.body, test.content_type, component)
    except RefusedError as error:
        return SmokeTested(failed=True, reason=f"{who}{error}")
    return SmokeTested(failed=False, reason=f"{who}answered with {reply.size_bytes} bytes of {reply.content_type}")
