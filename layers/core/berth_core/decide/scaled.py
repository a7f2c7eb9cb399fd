"""What came of scaling, component by component. InService proves nothing: the copies are counted (aws-facts 3.1)."""

from berth_core.decide.arranging import FAILED, ours, scaling_differences
from berth_core.decide.forbidding import COMPONENT_FAILED, ROLLED_BACK
from berth_core.decide.orders import may_run_on_demand
from berth_core.decide.rollback_alarms import ROLLED_BACK_BY_ALARM, did_roll_back
from berth_core.decisions import ComponentSpec, Scale
from berth_core.facts import IN_TRANSITION, ComponentSeen, EndpointSeen, Snapshot

HELD = "InstancesHeld"
Verdict = tuple[str, str]
"""A code (empty: done) and the reason."""


def scaled(seen: Snapshot, decision: Scale) -> Verdict:
    """Done means: each component InService with the copies asked for, and none of ours beside them."""
    if seen.endpoint is None:
        return "EndpointGone", "somebody deleted the endpoint meanwhile"
    there = ours(seen)
    verdicts = [_verdict(spec, there.get(spec.name), seen) for spec in decision.components]
    wrong = next((verdict for verdict in verdicts if verdict[0]), None)
    if wrong is not None:
        return wrong
    over = sorted(there.keys() - {spec.name for spec in decision.components})
    if over:
        return "TimedOut", f"{', '.join(over)} should be deleted and is still {there[over[0]].status}"
    missing = scaling_differences(seen, decision.scaling)
    if missing:
        return "ScalingMissing", "; ".join(missing)
    return _held(seen, decision) or ("", "; ".join(text for _, text in verdicts) or "no component is left")


def _held(seen: Snapshot, decision: Scale) -> Verdict | None:
    """An endpoint that leaves its reservation with instances takes as many on on-demand, where nobody may pay them. One
    that is on on-demand leaves it because its cap is near: what stays goes on costing."""
    endpoint = seen.endpoint
    if not decision.release or endpoint is None or not endpoint.instance_count:
        return None
    if endpoint.plan_arn is not None and may_run_on_demand(seen):
        return None
    if endpoint.plan_arn is None:
        return emptied(seen, endpoint)
    text = f"SageMaker has not let go of {endpoint.instance_count} instances, and on-demand may not pay for them"
    return HELD, text


def emptied(seen: Snapshot, endpoint: EndpointSeen) -> Verdict:
    """Whether a fleet on on-demand is gone, for the sake of its bill: not by what was asked, but by what runs."""
    if not endpoint.instance_count:
        return "", f"{endpoint.config_name} is live with 0 in service"
    others = ", ".join(each.name for each in seen.components if not each.ours)
    beside = f" (on them is {others}, which isn't ours)" if others else ""
    text = (
        f"SageMaker has not let go of {endpoint.instance_count} instances{beside}, and on on-demand they go on costing"
    )
    return HELD, text


def _verdict(spec: ComponentSpec, there: ComponentSeen | None, seen: Snapshot) -> Verdict:
    if there is None:
        return "ComponentMissing", f"{spec.name} is not there"
    if there.status == FAILED and spec.copies == 0:
        return "", f"{spec.name} has none, since it Failed"
    if there.status == FAILED:
        return COMPONENT_FAILED, f"{spec.name} Failed: {there.failure_reason or 'SageMaker gives no reason'}"
    copies = f"{spec.name} has {there.current_copies} of {there.desired_copies} copies"
    if there.status in IN_TRANSITION or not (there.settled or _were_not_ours(spec, there)):
        because = f" ({there.failure_reason})" if there.failure_reason else ""
        return "TimedOut", f"{copies} and is {there.status}{because}"
    if there.model != spec.model:
        because = f" ({there.failure_reason})" if there.failure_reason else ""
        code = ROLLED_BACK_BY_ALARM if did_roll_back(seen, there.failure_reason) else ROLLED_BACK
        return code, f"{spec.name} serves {there.model}, {spec.model} was asked{because}"
    if spec.copies not in (None, there.desired_copies) and not _was_moved(spec, there, seen):
        return "WrongCopies", f"{copies}, {spec.copies} were asked"
    return "", copies


def _were_not_ours(spec: ComponentSpec, there: ComponentSeen) -> bool:
    """Copies that auto scaling asked for, and for which SageMaker found no room: we asked for none."""
    return spec.copies is None and bool(there.failure_reason)


def _was_moved(spec: ComponentSpec, there: ComponentSeen, seen: Snapshot) -> bool:
    """Auto scaling is free to go on from where we brought it."""
    free = {each.component for each in seen.scaling if not each.suspended}
    return spec.name in free and bool(spec.copies) and there.desired_copies > 0
