"""Running a small state machine in a rehearsal and reading what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rehearsal.cloud import Cloud

MISSING_TABLE = {"TableName": "absent", "Key": {"k": {"S": "a"}}}
OUTPUT_ERROR = "{% $states.errorOutput %}"
ROLE = "arn:aws:iam::111122223333:role/machine"


@dataclass(frozen=True)
class Ended:
    """An execution as DescribeExecution and GetExecutionHistory show it, and how long it took in virtual seconds."""

    described: dict[str, Any]
    history: list[dict[str, Any]]
    seconds: float

    @property
    def status(self) -> str:
        return str(self.described["status"])

    @property
    def output(self) -> Any:
        return json.loads(self.described["output"])

    @property
    def reason(self) -> tuple[str | None, str | None]:
        return self.described.get("error"), self.described.get("cause")

    @property
    def event_types(self) -> list[str]:
        return [event["type"] for event in self.history]


class Machines:
    """Makes machines named m1, m2, ... and runs them. Several of these on one cloud need names that differ."""

    def __init__(self, cloud: Cloud, prefix: str = "m") -> None:
        self.cloud = cloud
        self._prefix = prefix
        self.client = cloud.client("stepfunctions")
        self._made = 0

    def make(self, states: dict[str, Any], **more: Any) -> str:
        """A machine that begins with the first of the states. Returns its ARN."""
        self._made += 1
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **more}
        made = self.client.create_state_machine(
            name=f"{self._prefix}{self._made}", definition=json.dumps(definition), roleArn=ROLE
        )
        return str(made["stateMachineArn"])

    def start(self, machine_arn: str, given: Any = None, **more: Any) -> str:
        started = self.client.start_execution(stateMachineArn=machine_arn, input=json.dumps(given or {}), **more)
        self.cloud.kernel.settle()
        return str(started["executionArn"])

    def end(self, execution_arn: str, *, within: timedelta = timedelta(days=400)) -> Ended:
        """Let the clock run until the execution has ended."""
        self.cloud.kernel.run_until(lambda: self.describe(execution_arn)["status"] != "RUNNING", within.total_seconds())
        described = self.describe(execution_arn)
        history = self.client.get_execution_history(executionArn=execution_arn)["events"]
        return Ended(described, history, (self.cloud.now - described["startDate"]).total_seconds())

    def describe(self, execution_arn: str) -> dict[str, Any]:
        return dict(self.client.describe_execution(executionArn=execution_arn))

    def run(
        self, states: dict[str, Any], given: Any = None, *, meanwhile: Callable[[str], Any] | None = None, **more: Any
    ) -> Ended:
        """Make, start, do something while it runs, and wait for the end."""
        execution_arn = self.start(self.make(states, **more), given)
        if meanwhile is not None:
            meanwhile(execution_arn)
        return self.end(execution_arn)


def task(resource: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Task state of a service integration: `task("aws-sdk:dynamodb:getItem", {...})`."""
    ending = {} if "Next" in more else {"End": True}
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, **ending, **more}


def ending(kind: str, **more: Any) -> dict[str, Any]:
    return {"Type": kind, "End": True, **more}


CAUGHT = ending("Pass", Output={"caught": "{% $states.input %}"})


def waits_for_token(queue: str, **more: Any) -> dict[str, Any]:
    """A Task that sends its token to the queue and waits."""
    arguments = {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"}
    return task("sqs:sendMessage.waitForTaskToken", arguments, **more)


def token_from(cloud: Cloud, queue: str) -> str:
    """The newest token that a waiting task has sent."""
    received = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    for message in received:
        cloud.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return str(received[-1]["Body"])
