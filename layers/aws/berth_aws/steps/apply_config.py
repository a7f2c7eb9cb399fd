"""The endpoint config that a decision needs."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import create_config
from berth_aws.sagemaker_seen import config_seen, described
from berth_core.decisions import Change, ConfigSpec, Resize, Scale, Tidy
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
    fence: int | None = None,
) -> ConfigMade:
    """Idempotent: the config's name follows from its content. BusyError until SageMaker shows it.

    A change of the count alone needs none: only the one that is live has to be there.
    """
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    ledger.leases.insist(deployment, holder, now, fence)
    tags = tags_for(stack, registration)
    if isinstance(decision, Resize):
        make_live_config_again(deployment, tags, ledger)
        return ConfigMade(config_name=decision.config_name)
    spec = _spec(decision)
    create_config(clients.once_only("sagemaker"), spec, tags)
    make_live_config_again(deployment, tags, ledger)
    return ConfigMade(config_name=spec.name)


def make_live_config_again(deployment: str, tags: dict[str, str], ledger: Ledger) -> None:
    """If somebody deleted the config that is live: SageMaker changes no endpoint whose config it can't find
    (aws-facts 2.7). What it was is known from its name, in the ledger; nothing is done for a name that isn't ours."""
    sagemaker = clients.shared("sagemaker")
    there = described(sagemaker, deployment)
    live = there.get("EndpointConfigName") if there is not None else None
    if live is None or config_seen(sagemaker, live) is not None:
        return
    made = (attempt.config for attempt in ledger.standing(deployment).attempts if attempt.config is not None)
    known = next((config for config in made if config.name == live), None)
    spec = ConfigSpec.again(known) if known is not None else None
    if spec is not None:
        create_config(clients.once_only("sagemaker"), spec, tags)


def _spec(decision: Change) -> ConfigSpec:
    spec = None if isinstance(decision, Resize | Scale | Tidy) else decision.config
    if spec is None:
        raise RefusedError(f"decision {decision.id} ({decision.kind}, {decision.action}) needs no config")
    return spec
