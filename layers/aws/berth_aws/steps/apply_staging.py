"""The staging endpoint of a release, made for it alone."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.trials import create_trial, delete_trial, trials_of
from berth_core.errors import RefusedError
from berth_core.model import Frozen
from berth_core.naming import staging_of, tags_for
from berth_core.releases import TRIAL_TAG, Stage


class StagingMade(Frozen):
    """`cleaned` are what earlier releases kept, or left behind when they died."""

    asked: str
    cleaned: tuple[str, ...]


def apply_staging(
    deployment: str, holder: str, staged: Stage, stack: str, ledger: Ledger, now: datetime
) -> StagingMade:
    """Idempotent: the endpoint's name follows from what runs on it. One release of a deployment at a time.

    RefusedError while another release is at it, BusyError while SageMaker is deleting what stands in the way.
    """
    _claim(deployment, holder, ledger, now)
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    sagemaker = clients.once_only("sagemaker")
    cleaned = tuple(name for name in trials_of(sagemaker, deployment, stack) if name != staged.spec.name)
    for name in cleaned:
        delete_trial(sagemaker, name, stack)
    tags = {**tags_for(stack, registration), TRIAL_TAG: staged.spec.model}
    return StagingMade(asked=create_trial(sagemaker, staged.spec, tags), cleaned=cleaned)


def _claim(deployment: str, holder: str, ledger: Ledger, now: datetime) -> None:
    lease = ledger.leases.claim(staging_of(deployment), holder, "release_promote", now)
    if lease.holder != holder:
        until = f"{lease.expires_at:%Y-%m-%d %H:%M} UTC at the latest"
        raise RefusedError(f"another release of {deployment} is on staging, until {until}: start again after it")
