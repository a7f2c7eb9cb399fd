"""Whether a release may begin, where it is tried out, and whether what was checked is still what would be promoted."""

from datetime import datetime

from pydantic import ValidationError

from berth_core.decide.approving import is_silence, unreadable
from berth_core.decide.promotable import begun_on, overtaken, same_name
from berth_core.decide.runnable import why_not_serverless
from berth_core.decide.time_to_answer import ANSWER_WITHIN
from berth_core.decisions import Refuse
from berth_core.facts import Snapshot
from berth_core.manifest import Staging
from berth_core.naming import short_hash
from berth_core.purchases import Said
from berth_core.releases import (
    AskFirst,
    ModelSeen,
    Promote,
    ReleaseAnswer,
    ReleaseApproval,
    ReleaseOutcome,
    Stage,
    TrialSpec,
)


def decide_release(seen: Snapshot, model_name: str, model: ModelSeen | None, run: str) -> Stage | Refuse:
    """Total. `run` tells one run from another."""
    refusal = _refusal(seen, model_name, model)
    if refusal is not None or model is None:
        return refusal or _missing(model_name)
    if (same := same_name(seen, model)) is not None:
        return same
    staging = seen.deployment.manifest.staging or Staging()
    reason = why_not_serverless(model)
    if reason is not None and staging.instance_type is None:
        return Refuse(
            code="NotServerless",
            reason=f"model {model.name} can't run on serverless inference: {reason}. Give the manifest "
            "staging.instance_type, such as ml.g5.xlarge, to try it out on one instance",
        )
    return _stage(seen, staging, model, run)


def decide_promotion(
    seen: Snapshot, model: ModelSeen | None, staged: Stage, asked: ReleaseApproval | None, said: Said | None
) -> Promote | AskFirst | Refuse:
    """Total, after the approval, however long that took. `said` answers `asked`; None if nobody said anything."""
    refusal = _refusal(seen, staged.spec.model, model) or _no(staged, asked, said)
    if refusal is not None or model is None:
        return refusal or _missing(staged.spec.model)
    refusal = _changed(staged, model) or same_name(seen, model) or overtaken(seen, staged)
    return refusal or _ask_first(seen, asked) or _promote(staged)


def trial_name(deployment: str, *content: object) -> str:
    """The staging endpoint's name follows from what runs on it: a retry meets its own work, another wish another name.

    At most 62 of the 63 characters that SageMaker allows: a deployment's name has at most 45.
    """
    return f"{trial_prefix(deployment)}{short_hash(*content)}"


def trial_prefix(deployment: str) -> str:
    """What the names of all staging endpoints of a deployment begin with. Tags have the last word."""
    return f"{deployment}-staging-"


def _refusal(seen: Snapshot, model_name: str, model: ModelSeen | None) -> Refuse | None:
    if not model_name:
        return Refuse(code="NoModel", reason='the input names no model: start with {"deployment": ..., "model": ...}')
    if seen.deployment.removed_at is not None:
        return Refuse(code="Removed", reason="the manifest was removed: nothing is released any more")
    if seen.deployment.manifest.components:
        return Refuse(
            code="NotSupported",
            reason="releases are for one model, and this deployment has inference components: change the manifest, "
            "or use endpoint_rotate",
        )
    if model is None:
        return _missing(model_name)
    if seen.policy.observe_only:
        return Refuse(code="ObserveOnly", reason=f"observing only; would try out {model_name} and promote it")
    return None


def _missing(model_name: str) -> Refuse:
    return Refuse(code="ModelNotFound", reason=f"SageMaker has no model {model_name!r}: create it first, or correct it")


def release_approval(outcome: ReleaseOutcome, token: str, now: datetime) -> ReleaseApproval:
    """The request for a yes to what was measured."""
    return ReleaseApproval(
        release_id=outcome.release_id,
        asked_at=now,
        expires_at=now + ANSWER_WITHIN,
        who_may="whoever may call states:SendTaskSuccess in this account",
        seen=outcome.summary,
        token=token,
    )


def with_release_answer(asked: ReleaseApproval, said: Said, now: datetime) -> ReleaseApproval:
    """For the record: what was said first and when, whatever it was worth. Silence leaves it as it was."""
    if asked.answered_at is not None or is_silence(said):
        return asked
    try:
        answer = ReleaseAnswer.model_validate(said)
    except ValidationError:
        return asked.model_copy(update={"unreadable": unreadable(said), "answered_at": now})
    return asked.model_copy(update={"answer": answer, "answered_at": now})


def _no(staged: Stage, asked: ReleaseApproval | None, said: Said | None) -> Refuse | None:
    """Whatever isn't a yes to this very release, in time, is a no. Once somebody was asked, the answer counts."""
    if asked is None and staged.approval == "none":
        return None
    if asked is None:
        return Refuse(code="ApprovalLapsed", reason="an approval is asked for, and nobody was asked: that is a no")
    if is_silence(said):
        return Refuse(code="ApprovalLapsed", reason="nobody said yes in time: no answer is a no")
    try:
        answer = ReleaseAnswer.model_validate(said)
    except ValidationError as error:
        return Refuse(
            code="ApprovalInvalid", reason=f"the answer can't be read, so it is a no ({error.error_count()} faults)"
        )
    if answer.decision == "reject":
        return Refuse(code="ApprovalRejected", reason=f"{answer.who} said no")
    if asked.answered_at is not None and asked.answered_at >= asked.expires_at:
        late = f"{asked.expires_at:%Y-%m-%d %H:%M} UTC"
        return Refuse(code="ApprovalLapsed", reason=f"the yes of {answer.who} came after {late}: too late is a no")
    if answer.release_id != staged.id:
        return Refuse(
            code="ApprovalInvalid",
            reason=f"{answer.who} said yes to release {answer.release_id}, and was asked about {staged.id}",
        )
    return None


def _changed(staged: Stage, model: ModelSeen) -> Refuse | None:
    """SageMaker lets a name be given anew: what was checked must be what goes to production."""
    if model.created_at == staged.model_created_at:
        return None
    return Refuse(
        code="ModelChanged",
        reason=f"model {model.name} was created anew at {model.created_at:%Y-%m-%d %H:%M} UTC, after its checks: "
        "release it again",
    )


def _ask_first(seen: Snapshot, asked: ReleaseApproval | None) -> AskFirst | None:
    """The stricter counts: of what the manifest said when the release began, and of what it says now."""
    staging = seen.deployment.manifest.staging or Staging()
    if asked is not None or staging.approval == "none":
        return None
    return AskFirst(reason="the manifest asks for a yes by now")


def _promote(staged: Stage) -> Promote:
    return Promote(reason=f"{staged.spec.model} passed on {staged.spec.place}")


def _stage(seen: Snapshot, staging: Staging, model: ModelSeen, run: str) -> Stage:
    spec = _spec(seen, staging, model)
    live = seen.endpoint
    return Stage(
        id=short_hash(seen.deployment.name, model.name, run),
        reason=f"{model.name} is tried out on {spec.place}",
        started_at=seen.now,
        spec=spec,
        model_created_at=model.created_at,
        checks=len(staging.checks),
        compares=live is not None and live.status in ("InService", "Updating"),
        keep=staging.keep,
        approval=staging.approval,
        begun_on=begun_on(seen.deployment),
    )


def _spec(seen: Snapshot, staging: Staging, model: ModelSeen) -> TrialSpec:
    manifest = seen.deployment.manifest
    on_instance = staging.instance_type is not None
    memory = None if on_instance else staging.memory_mb
    concurrency = None if on_instance else staging.max_concurrency
    content = (model.name, model.created_at, memory, concurrency, staging.instance_type)
    return TrialSpec(
        name=trial_name(manifest.name, *content),
        model=model.name,
        memory_mb=memory,
        max_concurrency=concurrency,
        instance_type=staging.instance_type,
    )
