"""The deletion of an endpoint: as the last rung, or to make room for a new one where one Failed."""

from datetime import datetime

from berth_aws import clients
from berth_aws.components_changed import Ours, delete_component
from berth_aws.components_seen import components_on
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import delete_endpoint
from berth_aws.scaling_changed import Scaler
from berth_aws.steps.apply_endpoint import Asked
from berth_core.errors import BusyError, RefusedError
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG


def apply_deletion(
    deployment: str, holder: str, stack: str, ledger: Ledger, now: datetime, fence: int | None = None
) -> Asked:
    """Idempotent: gone already is fine. RefusedError for an endpoint that isn't ours, or that others use too.

    Inference components go first, and BusyError asks to be called again until they are gone.
    """
    ledger.leases.insist(deployment, holder, now, fence)
    _delete_components(deployment, stack)
    return Asked(asked=delete_endpoint(clients.once_only("sagemaker"), deployment, stack))


def _delete_components(deployment: str, stack: str) -> None:
    """With their scaling: an alarm on what is gone would fire for ever."""
    components = components_on(clients.shared("sagemaker"), deployment, stack)
    if not components:
        return
    foreign = [each.name for each in components if not each.ours]
    if foreign:
        text = f"inference component {foreign[0]} on it doesn't carry our tags"
        raise RefusedError(f"endpoint {deployment} isn't deleted: {text}")
    tags = {STACK_TAG: stack, DEPLOYMENT_TAG: deployment}
    scaler = Scaler(clients.shared("application-autoscaling"), clients.shared("cloudwatch"), tags)
    for each in components:
        scaler.remove(each.name)
        delete_component(clients.once_only("sagemaker"), each.name, Ours(endpoint=deployment, tags=tags))
    names = ", ".join(each.name for each in components)
    raise BusyError(f"{names} must be gone before endpoint {deployment} is deleted")
