"""Running one of our machines for somebody outside, and looking at how it goes."""

import json
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.pipelines import ExecutionSeen


def start_machine(client: Client, machine_arn: str, name: str, given: dict[str, Any]) -> str:
    """The execution of this name, started now or before: a doubled request runs one. Returns its ARN."""
    with fine_if(Answer.EXISTS, "StartExecution"):
        client.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(given))
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def execution_seen(client: Client, arn: str) -> ExecutionSeen:
    """RefusedError if there is none of this ARN: somebody made the token up."""
    with in_our_words("DescribeExecution"):
        answer = client.describe_execution(executionArn=arn)
    return ExecutionSeen(
        arn=answer["executionArn"],
        status=answer["status"],
        output=_parsed(answer.get("output", "")),
        error=answer.get("error") or "",
        cause=answer.get("cause") or "",
    )


def _parsed(output: str) -> dict[str, Any]:
    found: Any = json.loads(output) if output else {}
    return found if isinstance(found, dict) else {"output": found}
