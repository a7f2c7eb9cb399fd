"""A manual approval of CodePipeline is answered with what was measured."""

from datetime import datetime

from berth_aws import clients
from berth_aws.pipelines import put_approval
from berth_core.model import Frozen
from berth_core.pipelines import ApprovalAsked
from berth_core.releases import ReleaseOutcome


class ApprovalAnswered(Frozen):
    kind: str
    reason: str


def answer_pipeline_approval(asked: ApprovalAsked, outcome: ReleaseOutcome, now: datetime) -> ApprovalAnswered:
    """May be repeated: the first answer counts. A late or foreign token is an answer that nobody waits for."""
    if asked.expires_at is not None and asked.expires_at <= now:
        return ApprovalAnswered(kind="expired", reason=f"it expired at {asked.expires_at:%Y-%m-%d %H:%M} UTC")
    approved = outcome.kind in ("passed", "promoted")
    client = clients.shared("codepipeline")
    if not put_approval(client, asked, approved=approved, summary=outcome.summary):
        return ApprovalAnswered(
            kind="unwanted", reason="it was answered before, or the token isn't of a waiting action"
        )
    return ApprovalAnswered(kind="approved" if approved else "rejected", reason=outcome.summary)
