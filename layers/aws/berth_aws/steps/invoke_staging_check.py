"""One of a release's checks: a real request to staging and, where answers are compared, the same to production."""

from collections.abc import Callable
from datetime import datetime

from berth_aws import clients
from berth_aws.asked_model import ask_model
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import described
from berth_core.decide.answers import Reply, judge
from berth_core.errors import RefusedError
from berth_core.facts import Snapshot
from berth_core.manifest import Check
from berth_core.naming import staging_of
from berth_core.releases import Measured, Stage

Clock = Callable[[], datetime]


def invoke_staging_check(
    seen: Snapshot, holder: str, staged: Stage, measured: Measured, ledger: Ledger, clock: Clock
) -> Measured:
    """What was measured, and one check more; `left` says whether another is to come. The first of all requests only
    wakes the model, since a cold start isn't what the checks are about. BusyError while the model warms up.
    """
    deployment = seen.deployment.name
    ledger.leases.insist(staging_of(deployment), holder, clock())
    _insist_in_service(staged.spec.name)
    staging = seen.deployment.manifest.staging
    checks = staging.checks if staging else ()
    number = len(measured.results)
    if number >= len(checks):
        return measured.model_copy(update={"left": False})
    if measured.first_ms is None:
        first = _ask(staged.spec.name, checks[0], clock)
        return measured.model_copy(update={"first_ms": first.latency_ms})
    reply = _ask(staged.spec.name, checks[number], clock)
    compared = checks[number].like_production is not None and staged.compares
    production = _ask(deployment, checks[number], clock) if compared else None
    results = (*measured.results, judge(checks[number], reply, production))
    return measured.model_copy(update={"results": results, "left": len(results) < len(checks)})


def _insist_in_service(endpoint: str) -> None:
    there = described(clients.shared("sagemaker"), endpoint)
    if there is None:
        raise RefusedError(f"staging endpoint {endpoint} is gone: somebody deleted it")
    if there["EndpointStatus"] != "InService":
        why = there.get("FailureReason") or "SageMaker gives no reason"
        raise RefusedError(f"staging endpoint {endpoint} is {there['EndpointStatus']}: {why}")


def _ask(endpoint: str, check: Check, clock: Clock) -> Reply:
    return ask_model(clients.invoking(), endpoint, check.body, check.content_type, clock)
