"""A manual approval of CodePipeline asks, through SNS, for a release's checks. The machine answers it in the end."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from berth_aws import clients
from berth_aws.machines import start_machine
from berth_core.decide.pipelines import ReleaseAsked, release_asked
from berth_core.model import Frozen
from berth_core.naming import short_hash


class ReleasesStarted(Frozen):
    """`left` says of each message why it isn't for us."""

    started: tuple[str, ...]
    left: tuple[str, ...]


def start_release(event: dict[str, Any], machine_arn: str, now: datetime) -> ReleasesStarted:
    """Idempotent: a message that comes twice has the same token, and so starts the same execution."""
    read = [release_asked(message, now) for message in _messages(event)]
    started = tuple(_start(each, machine_arn) for each in read if isinstance(each, ReleaseAsked))
    return ReleasesStarted(started=started, left=tuple(each for each in read if isinstance(each, str)))


def _messages(event: dict[str, Any]) -> Iterator[str]:
    records = event.get("Records")
    for record in records if isinstance(records, list) else ():
        sent = record.get("Sns") if isinstance(record, dict) else None
        yield str(sent.get("Message", "")) if isinstance(sent, dict) else ""


def _start(asked: ReleaseAsked, machine_arn: str) -> str:
    given = {
        "deployment": asked.deployment,
        "model": asked.model,
        "only_checks": True,
        "pipeline_approval": asked.approval.model_dump(mode="json"),
    }
    # The token is a right to answer: it goes into no name.
    name = f"{asked.deployment}-approval-{short_hash(asked.approval.token, digits=16)}"
    return start_machine(clients.shared("stepfunctions"), machine_arn, name, given)
