"""Endpoint configs of ours that nothing uses any more."""

from datetime import datetime

from berth_aws import clients
from berth_aws.clients import Client
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import delete_config
from berth_aws.sagemaker_seen import Described, configs_of, described, tags_of
from berth_core.model import Frozen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG


class Cleaned(Frozen):
    deleted: tuple[str, ...]


def clean_configs(
    deployment: str,
    holder: str,
    keep: frozenset[str],
    stack: str,
    ledger: Ledger,
    now: datetime,
    fence: int | None = None,
) -> Cleaned:
    """Deletes configs that have our kind of name and our tags and are neither live, nor pending, nor in `keep`.

    SageMaker doesn't protect a live config, and without it the endpoint can't be updated any more (aws-facts 2.7): so
    what is live is read afresh before each deletion. Idempotent.
    """
    ledger.leases.insist(deployment, holder, now, fence)
    sagemaker = clients.shared("sagemaker")
    ours = {STACK_TAG: stack, DEPLOYMENT_TAG: deployment}
    deleted: list[str] = []
    if _is_mixed(described(sagemaker, deployment)):
        return Cleaned(deleted=())
    for name, arn in configs_of(sagemaker, deployment).items():
        if name in keep or not ours.items() <= (tags_of(sagemaker, arn) or {}).items():
            continue
        if name in _in_use(sagemaker, deployment):
            continue
        delete_config(sagemaker, name)
        deleted.append(name)
    return Cleaned(deleted=tuple(deleted))


def _is_mixed(endpoint: Described | None) -> bool:
    """After a failed way back it serves two configs, and names one of them (aws-facts 2.4)."""
    return endpoint is not None and endpoint.get("EndpointStatus") == "UpdateRollbackFailed"


def _in_use(sagemaker: Client, endpoint: str) -> set[str | None]:
    there = described(sagemaker, endpoint)
    if there is None:
        return set()
    return {there.get("EndpointConfigName"), there.get("PendingDeploymentSummary", {}).get("EndpointConfigName")}
