"""One step of a scaling: whatever can be asked for now, and what is waited for. Again, until nothing is pending."""

from datetime import datetime
from typing import Literal

from berth_aws import clients
from berth_aws.clients import Client
from berth_aws.components_changed import Ours, bring_about, delete_component, has_failed
from berth_aws.components_seen import described_component, is_ours, names_on
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import described
from berth_core.decisions import Change, Scale
from berth_core.errors import RefusedError
from berth_core.model import Frozen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, tags_for


class Progress(Frozen):
    """`settled`: nothing is left to ask or to wait for, or the decision's time is up.

    `refused`: what SageMaker won't have, in words; the other components go on.
    """

    kind: Literal["waiting", "settled"]
    pending: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def apply_components(
    deployment: str,
    holder: str,
    decision: Change,
    stack: str,
    ledger: Ledger,
    now: datetime,
    fence: int | None = None,
) -> Progress:
    """Idempotent. What is to go goes first, since it may hold the accelerators that what comes needs."""
    scale = scale_of(decision)
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    ledger.leases.insist(deployment, holder, now, fence)
    sagemaker = clients.once_only("sagemaker")
    ours = Ours(endpoint=deployment, tags=tags_for(stack, registration), variant=scale.variant)
    there = names_on(sagemaker, deployment)
    refused: tuple[str, ...] = ()
    pending = _delete(sagemaker, scale, ours, there, ledger)
    if not pending:
        pending, refused = _bring_about(sagemaker, scale, ours, there, ledger)
    if scale.release and not pending:
        pending = _still_holding(sagemaker, deployment)
    settled = not pending or now >= scale.give_up_at
    return Progress(kind="settled" if settled else "waiting", pending=pending, refused=refused)


def scale_of(decision: Change) -> Scale:
    """RefusedError for any other decision: it has no components."""
    if not isinstance(decision, Scale):
        raise RefusedError(f"decision {decision.id} ({decision.kind}) scales nothing")
    return decision


def _delete(client: Client, scale: Scale, ours: Ours, there: tuple[str, ...], ledger: Ledger) -> tuple[str, ...]:
    """What isn't wanted any more, what is to be made anew, and what has Failed and shall have copies. What others put
    there stays."""
    wanted = {spec.name for spec in scale.components}
    empty = {spec.name for spec in scale.components if spec.copies == 0}
    anew = {spec.name for spec in scale.components if spec.anew or scale.action == "recreate"}
    pending: list[str] = []
    for name in there:
        failed = name in wanted - empty and has_failed(client, name, scale.started_at)
        made_before = scale.started_at if name in anew else None
        if name in wanted and not failed and made_before is None:
            continue
        if _keep(client, name, ours, ledger):
            pending.append(delete_component(client, name, ours, made_before if name in wanted and not failed else None))
    return tuple(each for each in pending if each)


def _keep(client: Client, name: str, ours: Ours, ledger: Ledger) -> bool:
    """The whole specification, before anything is deleted: a crash in between must lose nothing. False if not ours."""
    answer = described_component(client, name)
    if answer is None or not is_ours(
        client, answer["InferenceComponentArn"], ours.tags[STACK_TAG], ours.tags[DEPLOYMENT_TAG]
    ):
        return False
    ledger.components.keep_specification(ours.endpoint, name, answer["Specification"])
    return True


def _bring_about(
    client: Client, scale: Scale, ours: Ours, there: tuple[str, ...], ledger: Ledger
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is pending, and what was refused: that keeps nobody else from being brought up, or from scaling again."""
    asked: list[str] = []
    refused: list[str] = []
    for spec in scale.components:
        kept = None if spec.name in there else ledger.components.specification(ours.endpoint, spec.name)
        try:
            asked.append(bring_about(client, spec, ours, kept))
        except RefusedError as error:
            refused.append(f"{spec.name}: {error}")
    return tuple(each for each in asked if each), tuple(refused)


def _still_holding(client: Client, endpoint: str) -> tuple[str, ...]:
    """An endpoint that leaves with instances would take as many on on-demand."""
    there = described(client, endpoint) or {}
    count = sum(each.get("DesiredInstanceCount", 0) for each in there.get("ProductionVariants", ()))
    return (f"SageMaker has not let go of {count} instances yet",) if count else ()
