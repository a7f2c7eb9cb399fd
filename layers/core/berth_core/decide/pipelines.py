"""What CodePipeline is answered, and what of its questions can be understood."""

import re
from datetime import datetime
from typing import Any

from berth_core.model import Frozen
from berth_core.outcomes import Trouble
from berth_core.pipelines import (
    MACHINES,
    PURCHASE,
    ApprovalAsked,
    Continue,
    ExecutionSeen,
    Job,
    JobDone,
    JobFailed,
    JobReply,
    JobWish,
    json_object,
)

LONGEST_MESSAGE = 5000
LONGEST_VARIABLE = 500
LONGEST_SUMMARY = 2048
"""Of PutJobFailureResult, of our own, and of PutJobSuccessResult (botocore's model)."""
LONGEST_DEPLOYMENT, LONGEST_MODEL = 45, 63
"""As in a manifest."""
_EXAMPLE = '{"deployment": "llama-eval", "model": "my-model-v2"}'
_NOT_DONE = frozenset({"lost", "refuse", "hold"})
_SHORT_FORM = re.compile(r"\s*(?P<deployment>[a-z0-9](?:-*[a-z0-9])*): *(?P<model>[A-Za-z0-9](?:-*[A-Za-z0-9])*)")


def wish_of(job: Job) -> JobWish | JobFailed:
    """UserParameters: the input of `release_promote`, or of another machine that "machine" names.

    With "execution", one of that machine's that was started before is followed to its end, and none is started.
    """
    given = json_object(job.parameters)
    if given is None:
        return _misconfigured(f"UserParameters must be a JSON object, such as {_EXAMPLE}")
    machine = given.pop("machine", MACHINES[0])
    if machine not in MACHINES:
        return _misconfigured(f"UserParameters: machine {machine!r} can't be started, only {', '.join(MACHINES)}")
    if "execution" in given:
        return JobWish(machine=machine, given={}, follows=str(given["execution"]))
    if machine == PURCHASE:
        return _purchase_wished(given)
    deployment = given.get("deployment")
    if not isinstance(deployment, str) or not deployment:
        return _misconfigured(f"UserParameters: deployment is missing; give it as in {_EXAMPLE}")
    return JobWish(machine=machine, given=given)


def _purchase_wished(given: dict[str, Any]) -> JobWish | JobFailed:
    """Whoever may invoke the function must not spend money by that alone: somebody is asked, whatever a manifest says.

    plan_purchase says what else is missing.
    """
    if given.get("approval", "required") != "required":
        return _misconfigured(
            "UserParameters: a purchase that a job starts is always asked about, so leave approval out; for a purchase "
            "under a cap alone, start plan_purchase with a Step Functions action"
        )
    return JobWish(machine=PURCHASE, given={**given, "approval": "required"})


def reply_to(seen: ExecutionSeen) -> JobReply:
    """A machine that ended without what it was started for fails the action: a pipeline must not go on."""
    if seen.status in ("RUNNING", "PENDING_REDRIVE"):
        return Continue(token=seen.arn)
    if seen.status != "SUCCEEDED":
        why = f"{seen.error}: {Trouble(Error=seen.error, Cause=seen.cause).text}" if seen.error else "no reason given"
        return _failed(seen, f"the execution {seen.status.lower()}: {why}")
    if seen.output.get("kind") in _NOT_DONE and seen.output.get("code") != "AsWanted":
        return _failed(seen, f"nothing was done: {seen.output.get('reason', 'no reason given')}")
    return JobDone(
        summary=str(seen.output.get("summary") or seen.output.get("reason") or "done")[:LONGEST_SUMMARY],
        execution_id=seen.arn,
        variables=_variables(seen),
    )


def _variables(seen: ExecutionSeen) -> dict[str, str]:
    """What later actions may want to say of it: #{namespace.reason} and the like."""
    wanted = ("kind", "code", "reason", "summary", "model", "target", "plan_arn")
    known = {key: str(value)[:LONGEST_VARIABLE] for key in wanted if (value := seen.output.get(key))}
    return {**known, "execution": seen.arn}


def _failed(seen: ExecutionSeen, message: str) -> JobFailed:
    return JobFailed(type="JobFailed", message=message[:LONGEST_MESSAGE], execution_id=seen.arn)


def _misconfigured(message: str) -> JobFailed:
    return JobFailed(type="ConfigurationError", message=message[:LONGEST_MESSAGE])


class ReleaseAsked(Frozen):
    """A manual approval that asks for a release's checks."""

    deployment: str
    model: str
    approval: ApprovalAsked


def release_asked(message: str, now: datetime) -> ReleaseAsked | str:
    """What an approval's SNS message asks for, or why it isn't for us: then it stays with the people who got it too.

    CustomData says which release: {"deployment": ..., "model": ...}, or in short "llama-eval: my-model-v2".
    """
    approval = (json_object(message) or {}).get("approval")
    if not isinstance(approval, dict):
        return "the message is no approval of CodePipeline"
    wanted = _release_in(str(approval.get("customData") or ""))
    if wanted is None:
        return f"CustomData names no release: write {_EXAMPLE}"
    try:
        asked = _approval(approval)
    except ValueError:
        return "the approval lacks its pipeline, stage, action or token"
    if asked.expires_at is not None and asked.expires_at <= now:
        return f"the approval expired at {asked.expires_at:%Y-%m-%d %H:%M} UTC"
    return ReleaseAsked(deployment=wanted[0], model=wanted[1], approval=asked)


def _approval(approval: dict[str, Any]) -> ApprovalAsked:
    # `expires` has no seconds (aws-facts 4.10); ISO 8601 allows that, and so does pydantic.
    return ApprovalAsked.model_validate(
        {
            "pipeline": approval.get("pipelineName"),
            "stage": approval.get("stageName"),
            "action": approval.get("actionName"),
            "token": approval.get("token"),
            "expires_at": approval.get("expires"),
        }
    )


def _release_in(custom_data: str) -> tuple[str, str] | None:
    given = json_object(custom_data)
    if given is None:
        found = _SHORT_FORM.match(custom_data)
    else:
        deployment, model = given.get("deployment"), given.get("model")
        named = isinstance(deployment, str) and isinstance(model, str)
        found = _SHORT_FORM.fullmatch(f"{deployment}: {model}") if named else None
    # The execution is named after the deployment, and a name has room for no more.
    if found is None or len(found["deployment"]) > LONGEST_DEPLOYMENT or len(found["model"]) > LONGEST_MODEL:
        return None
    return found["deployment"], found["model"]
