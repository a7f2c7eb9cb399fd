"""The deletion of an endpoint: as the last rung, or to make room for a new one where one Failed."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import delete_endpoint
from berth_aws.steps.apply_endpoint import Asked


def apply_deletion(deployment: str, holder: str, stack: str, ledger: Ledger, now: datetime) -> Asked:
    """Idempotent: gone already is fine. RefusedError for an endpoint that isn't ours."""
    ledger.leases.insist(deployment, holder, now)
    return Asked(asked=delete_endpoint(clients.once_only("sagemaker"), deployment, stack))
