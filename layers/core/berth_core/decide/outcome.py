"""What came of a change, judged from what is there now. The answer of the call proves nothing: an update that failed
returns to InService on the old config, with or without a reason (aws-facts 2.6)."""

from berth_core.decide.forbidding import target_of
from berth_core.decisions import Change, HandOver, Resize
from berth_core.facts import EndpointSeen, Snapshot
from berth_core.model import Frozen
from berth_core.outcomes import Outcome, Trouble

Verdict = tuple[str, str]
"""A code (empty: done) and the reason."""


class SmokeTested(Frozen):
    """`failed` is True or False for a test that ran, None if none was asked for or none could run."""

    failed: bool | None = None
    reason: str = ""


def decide_outcome(seen: Snapshot, decision: Change, tested: SmokeTested, trouble: Trouble) -> Outcome:
    """Done means: InService on the wanted config at the wanted size with nothing pending; or gone, if that was asked.

    `trouble` is what stopped the machine on the way, if anything did: it explains a failure, but isn't one by itself.
    """
    code, reason = _verdict(seen.endpoint, decision)
    if code and trouble.error:
        code, reason = trouble.error, f"{trouble.text}; {reason}"
    if not code and tested.failed:
        code, reason = "SmokeTestFailed", tested.reason
    plan = next((each for each in seen.plans if each.name == getattr(decision, "plan", None)), None)
    return Outcome(
        kind="failed" if code else "done",
        code=code,
        reason=reason,
        decision_id=decision.id,
        asked=decision.kind,
        rung=decision.rung if isinstance(decision, HandOver) else None,
        target=target_of(decision),
        started_at=decision.started_at,
        ended_at=seen.now,
        took_seconds=(seen.now - decision.started_at).total_seconds(),
        plan_arn=plan.arn if plan else None,
    )


def _verdict(endpoint: EndpointSeen | None, decision: Change) -> Verdict:
    if decision.action == "delete":
        return (
            ("", "the endpoint is gone") if endpoint is None else ("StillThere", f"the endpoint is {endpoint.status}")
        )
    if endpoint is None:
        return "EndpointGone", "somebody deleted the endpoint meanwhile"
    if not endpoint.settled:
        return "TimedOut", f"the endpoint is still {endpoint.status}"
    if endpoint.status == "UpdateRollbackFailed":
        return "RollbackFailed", "the update failed and so did its way back: the endpoint serves a mix of configs"
    if endpoint.status != "InService":
        return _because(endpoint, "EndpointFailed", f"the endpoint is {endpoint.status}")
    if isinstance(decision, Resize):
        return _resized(endpoint, decision)
    wanted = decision.config.name if decision.config else ""
    if endpoint.config_name != wanted:
        return _because(endpoint, "RolledBack", f"rolled back: {endpoint.config_name} is live, {wanted} was asked")
    return "", f"{wanted} is live with {endpoint.instance_count} in service"


def _resized(endpoint: EndpointSeen, decision: Resize) -> Verdict:
    counts = {
        (variant.current_count, variant.desired_count)
        for variant in endpoint.variants
        if variant.name == decision.variant
    }
    if counts == {(decision.instance_count, decision.instance_count)}:
        return "", f"instances in service: {decision.instance_count}"
    text = f"instances in service: {endpoint.instance_count}, asked: {decision.instance_count}"
    return _because(endpoint, "RolledBack", text)


def _because(endpoint: EndpointSeen, code: str, text: str) -> Verdict:
    """The wording for a reservation short of capacity is unverified: `capacity` is matched loosely (aws-facts 7)."""
    reason = endpoint.failure_reason
    if "capacity" in reason.lower():
        code = "NoCapacity"
    return code, f"{text} ({reason})" if reason else text
