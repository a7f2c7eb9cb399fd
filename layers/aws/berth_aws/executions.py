"""State machines: starting a reconcile, and answering a task that waits."""

import json
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if
from berth_core.naming import short_hash


def start_reconcile(client: Client, machine_arn: str, deployment: str, cause: str) -> bool:
    """Starts `deployment_reconcile` for one deployment. False if this very cause has started one before.

    The execution's name follows from the cause (an event's id, a version), so a doubled wake-up starts one run. Step
    Functions remembers a name for 90 days.
    """
    name = f"{deployment}-{short_hash(cause, digits=16)}"
    with fine_if(Answer.EXISTS, "StartExecution"):
        client.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps({"deployment": deployment}))
        return True
    return False


def send_task_success(client: Client, token: str, output: dict[str, Any]) -> bool:
    """Lets a waiting task go on. False if nobody waits any more: it timed out, or somebody else answered it."""
    with fine_if(Answer.GONE, "SendTaskSuccess"):
        client.send_task_success(taskToken=token, output=json.dumps(output))
        return True
    return False


def has_ended(client: Client, execution_arn: str) -> bool:
    """Whether a run is over; Step Functions forgets one 90 days after its end."""
    with fine_if(Answer.GONE, "DescribeExecution"):
        return bool(client.describe_execution(executionArn=execution_arn)["status"] != "RUNNING")
    return True


def stop_execution(client: Client, execution_arn: str, why: str) -> bool:
    """Stops a run, and with it the machines that it runs. False if there is no such run any more. Idempotent."""
    with fine_if(Answer.GONE, "StopExecution"):
        client.stop_execution(executionArn=execution_arn, error="TakenOver", cause=why)
        return True
    return False
