"""The endpoint config that a decision needs."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import create_config
from berth_core.decisions import Change, ConfigSpec, Resize
from berth_core.errors import RefusedError
from berth_core.model import Frozen
from berth_core.naming import tags_for


class ConfigMade(Frozen):
    config_name: str


def apply_config(
    deployment: str,
    holder: str,
    decision: Change,
    stack: str,
    ledger: Ledger,
    now: datetime,
) -> ConfigMade:
    """Idempotent: the config's name follows from its content. BusyError until SageMaker shows it."""
    spec = _spec(decision)
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    ledger.leases.insist(deployment, holder, now)
    create_config(clients.once_only("sagemaker"), spec, tags_for(stack, registration))
    return ConfigMade(config_name=spec.name)


def _spec(decision: Change) -> ConfigSpec:
    spec = None if isinstance(decision, Resize) else decision.config
    if spec is None:
        raise RefusedError(f"decision {decision.id} ({decision.kind}, {decision.action}) needs no config")
    return spec
