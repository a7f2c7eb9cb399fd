"""What a release has put on staging goes again, unless the manifest keeps it."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import described
from berth_aws.trials import delete_trial, trials_of
from berth_core.model import Frozen
from berth_core.naming import staging_of
from berth_core.releases import Stage


class StagingCleaned(Frozen):
    deleted: tuple[str, ...]


def clean_staging(
    deployment: str, holder: str, staged: Stage, stack: str, ledger: Ledger, now: datetime
) -> StagingCleaned:
    """Idempotent. Does nothing without the lease: then it is another release that is on staging."""
    if not ledger.leases.renew(staging_of(deployment), holder, now):
        return StagingCleaned(deleted=())
    kept = staged.spec.name if staged.keep and _serves(staged.spec.name) else ""
    deleted = delete_trials(deployment, stack, but=kept)
    ledger.leases.release(staging_of(deployment), holder)
    return StagingCleaned(deleted=deleted)


def delete_trials(deployment: str, stack: str, but: str = "") -> tuple[str, ...]:
    """All that is ours on a deployment's staging, by name. For whoever holds its lease. BusyError while one is made."""
    sagemaker = clients.once_only("sagemaker")
    deleted = tuple(name for name in trials_of(sagemaker, deployment, stack) if name != but)
    for name in deleted:
        delete_trial(sagemaker, name, stack)
    return deleted


def _serves(endpoint: str) -> bool:
    """What doesn't serve is of no use to keep."""
    there = described(clients.shared("sagemaker"), endpoint)
    return there is not None and there["EndpointStatus"] == "InService"
