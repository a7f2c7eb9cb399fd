"""What came of a change, judged from what is there now. The answer of the call proves nothing: an update that failed
returns to InService on the old config, with or without a reason (aws-facts 2.6)."""

from berth_core.decide.forbidding import ROLLED_BACK, target_of
from berth_core.decide.rollback_alarms import ROLLED_BACK_BY_ALARM, did_roll_back
from berth_core.decide.scaled import Verdict, emptied, scaled
from berth_core.decisions import Change, Deploy, HandOver, Resize, Rotate, Scale, Tidy
from berth_core.facts import EndpointSeen, Snapshot
from berth_core.model import Frozen
from berth_core.outcomes import Outcome, Trouble


class SmokeTested(Frozen):
    """`failed` is True or False for a test that ran, None if none was asked for or none could run."""

    failed: bool | None = None
    reason: str = ""


def decide_outcome(seen: Snapshot, decision: Change, tested: SmokeTested, trouble: Trouble) -> Outcome:
    """Done means: InService on the wanted config at the wanted size with nothing pending; or gone, if that was asked.

    `trouble` is what stopped the machine on the way, if anything did: it explains a failure, but isn't one by itself.
    """
    if isinstance(decision, Tidy):
        left = ("NotTidied", "configs of ours are left")
        code, reason = left if trouble.error else ("", "configs of ours that nothing uses are gone")
    elif isinstance(decision, Scale):
        code, reason = scaled(seen, decision)
    else:
        code, reason = _verdict(seen, seen.endpoint, decision)
    if code and trouble.error:
        code, reason = _in_words(trouble.code, reason if trouble.text == reason else f"{trouble.text}; {reason}")
    if not code and tested.failed:
        code, reason = "SmokeTestFailed", tested.reason
    plan = next((each for each in seen.plans if each.name == getattr(decision, "plan", None)), None)
    config = getattr(decision, "config", None)
    return Outcome(
        kind="failed" if code else "done",
        code=code,
        reason=reason,
        decision_id=decision.id,
        asked=decision.kind,
        left=decision.left if isinstance(decision, HandOver) else None,
        rung=getattr(decision, "rung", None),
        target=target_of(decision),
        started_at=decision.started_at,
        ended_at=seen.now,
        took_seconds=(seen.now - decision.started_at).total_seconds(),
        plan_arn=plan.arn if plan else None,
        config=config,
        replaced=getattr(decision, "replaced", None),
    )


def _verdict(seen: Snapshot, endpoint: EndpointSeen | None, decision: Deploy | Rotate | Resize | HandOver) -> Verdict:
    if decision.action == "delete":
        return (
            ("", "the endpoint is gone") if endpoint is None else ("StillThere", f"the endpoint is {endpoint.status}")
        )
    if endpoint is None:
        return "EndpointGone", "somebody deleted the endpoint meanwhile"
    if not endpoint.settled:
        waited = (seen.now - decision.started_at).total_seconds() / 60
        return "TimedOut", f"the endpoint is still {endpoint.status}, {waited:.0f} minutes after it was asked"
    if endpoint.status != "InService":
        return _not_in_service(endpoint)
    if isinstance(decision, Resize):
        return _resized(endpoint, decision)
    wanted = decision.config.name if decision.config else ""
    if endpoint.config_name != wanted:
        by_alarm = did_roll_back(seen, endpoint.failure_reason)
        code = ROLLED_BACK_BY_ALARM if by_alarm else ROLLED_BACK
        return _because(endpoint, code, f"rolled back: {endpoint.config_name} is live, {wanted} was asked")
    if isinstance(decision, HandOver) and decision.rung == "scale_to_zero" and decision.left is None:
        return emptied(seen, endpoint)
    return "", f"{wanted} is live with {endpoint.instance_count} in service"


def _not_in_service(endpoint: EndpointSeen) -> Verdict:
    if endpoint.status == "UpdateRollbackFailed":
        return "RollbackFailed", "the update failed and so did its way back: the endpoint serves a mix of configs"
    return _because(endpoint, "EndpointFailed", f"the endpoint is {endpoint.status}")


def _resized(endpoint: EndpointSeen, decision: Resize) -> Verdict:
    counts = {
        (variant.current_count, variant.desired_count)
        for variant in endpoint.variants
        if variant.name == decision.variant
    }
    if counts == {(decision.instance_count, decision.instance_count)}:
        return "", f"instances in service: {decision.instance_count}"
    text = f"instances in service: {endpoint.instance_count}, asked: {decision.instance_count}"
    return _because(endpoint, ROLLED_BACK, text)


def _because(endpoint: EndpointSeen, code: str, text: str) -> Verdict:
    """The wording for a reservation short of capacity is unverified: `capacity` is matched loosely (aws-facts 7)."""
    reason = endpoint.failure_reason
    if "capacity" in reason.lower():
        code = "NoCapacity"
    return _in_words(code, f"{text} ({reason})" if reason else text)


def _in_words(code: str, reason: str) -> Verdict:
    """What AWS says without a right to look at alarms is unverified: the action's name is matched (aws-facts 2.5)."""
    if "DescribeAlarms" not in reason:
        return code, reason
    way_out = (
        "the endpoint's execution role may not look at the alarms of rollout.alarms: allow it "
        "cloudwatch:DescribeAlarms on them, or take them out of the manifest"
    )
    return "AlarmsUnreadable", f"{way_out}; {reason}"
