"""What the endpoint stands on, and what it has left behind."""

from berth_core.facts import Block, Left, PlanSeen, Snapshot
from berth_core.naming import VARIANT


def plan_under(seen: Snapshot) -> PlanSeen | None:
    """The plan that the endpoint is bound to, also one that the manifest no longer names."""
    return seen.plan_of(seen.endpoint.plan_arn) if seen.endpoint else None


def block_under(seen: Snapshot) -> Block | None:
    """The block that the endpoint stands on: the running one, else the last that has ended under it."""
    plan = plan_under(seen)
    if plan is None:
        return None
    ended = [block for block in plan.blocks if block.ends_at <= seen.now]
    return plan.block_at(seen.now) or max(ended, key=lambda block: block.ends_at, default=None)


def block_left(seen: Snapshot) -> Left | None:
    """What a hand-over that begins now leaves. None if the endpoint stands on no plan."""
    plan = plan_under(seen)
    block = block_under(seen)
    return Left(plan_arn=plan.arn, ends_at=block.ends_at) if plan and block else None


def has_left(seen: Snapshot, plan: PlanSeen) -> bool:
    """Whether a hand-over has left the plan's running block, and nothing has brought the endpoint back since.

    A block that was extended after that is another one, and so it is for a manifest's new version.
    """
    block = plan.block_at(seen.now)
    if block is None:
        return False
    for attempt in seen.attempts:
        if attempt.ended_at < seen.deployment.registered_at or (attempt.kind == "deploy" and attempt.done):
            return False
        left = attempt.left if attempt.done else None
        if left is not None and left.plan_arn == plan.arn and left.ends_at >= block.ends_at:
            return True
    return False


def model_that_runs(seen: Snapshot) -> str | None:
    """Of the live config. None if nothing runs that could be moved, and for inference components."""
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status == "Failed" or endpoint.config is None:
        return None
    return endpoint.config.model


def variant_under(seen: Snapshot) -> str:
    """What the variant of the endpoint's next config is called: as it is now, whoever made the endpoint.

    SageMaker's own tools say AllTraffic. Components are bound to the name, and so are people's alarms.
    """
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status == "Failed":
        return VARIANT  # it can only be deleted, and made anew
    named = [variant.name for variant in endpoint.variants] or [endpoint.config.variant if endpoint.config else VARIANT]
    return named[0]


def made_for_the_other(seen: Snapshot) -> str | None:
    """An endpoint is for one model or for components from its first day on: SageMaker has no way between the two."""
    live = seen.endpoint.config if seen.endpoint else None
    wants_components = bool(seen.deployment.manifest.components)
    if live is None or (live.model is None) == wants_components:
        return None
    there, wanted = ("a model", "components") if wants_components else ("components", "a model")
    return f"the endpoint is for {there}, the manifest names {wanted}"
