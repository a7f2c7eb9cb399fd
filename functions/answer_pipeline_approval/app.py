"""{"asked": a pipeline's approval, "outcome": ReleaseOutcome} -> {"kind", "reason"}"""

from berth_aws.steps.answer_pipeline_approval import ApprovalAnswered, answer_pipeline_approval
from berth_core.model import Frozen
from berth_core.pipelines import ApprovalAsked
from berth_core.releases import ReleaseOutcome
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    asked: ApprovalAsked
    outcome: ReleaseOutcome


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> ApprovalAnswered:
    return answer_pipeline_approval(request.asked, request.outcome, now())
