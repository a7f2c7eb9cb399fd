"""What a finished story has left behind, beyond what it says it leaves. Nothing is the rule."""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.cloud import Cloud
from rehearsal.scenario import EndState


def leaks(cloud: Cloud, outputs: dict[str, str], leaves: EndState) -> tuple[str, ...]:
    """One readable line for each thing that should not be there any more."""
    return (
        *_endpoints(cloud, leaves),
        *_configs(cloud, leaves),
        *_components(cloud, leaves),
        *_scaling(cloud, leaves),
        *_alarms(cloud, leaves),
        *_schedules(cloud),
        *at_work(cloud, outputs),
        *_dead_letters(cloud),
        *(f"a task that died: {error.strip().splitlines()[-1]}" for error in cloud.kernel.errors),
    )


def at_work(cloud: Cloud, outputs: dict[str, str]) -> Iterator[str]:
    """One readable line for each run, and for each task and lease that belongs to one."""
    yield from _ledger_rows(cloud, outputs["LedgerTable"])
    yield from _executions(cloud)


def _endpoints(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    for endpoint in cloud.client("sagemaker").list_endpoints()["Endpoints"]:
        if endpoint["EndpointName"] not in leaves.endpoints:
            yield f"endpoint {endpoint['EndpointName']}, {endpoint['EndpointStatus']}"


def _configs(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """The config that an endpoint which may stay is running on may stay with it."""
    sagemaker = cloud.client("sagemaker")
    present = [each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]]
    live = {
        sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        for name in leaves.endpoints
        if name in present
    }
    for config in sagemaker.list_endpoint_configs(MaxResults=100)["EndpointConfigs"]:
        if config["EndpointConfigName"] not in live:
            yield f"endpoint config {config['EndpointConfigName']}"


def _components(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    for component in cloud.client("sagemaker").list_inference_components(MaxResults=100)["InferenceComponents"]:
        if component["EndpointName"] not in leaves.endpoints:
            name, status = component["InferenceComponentName"], component["InferenceComponentStatus"]
            yield f"inference component {name} of {component['EndpointName']}, {status}"


def _staying_components(cloud: Cloud, leaves: EndState) -> set[str]:
    listed = cloud.client("sagemaker").list_inference_components(MaxResults=100)["InferenceComponents"]
    return {each["InferenceComponentName"] for each in listed if each["EndpointName"] in leaves.endpoints}


def _scaling(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """Scalable targets and policies of components that are not to stay."""
    scaling = cloud.client("application-autoscaling")
    staying = {f"inference-component/{name}" for name in _staying_components(cloud, leaves)}
    for target in scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]:
        if target["ResourceId"] not in staying:
            yield f"scalable target of {target['ResourceId']}"
    for policy in scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]:
        if policy["ResourceId"] not in staying:
            yield f"scaling policy {policy['PolicyName']} of {policy['ResourceId']}"


def _alarms(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """Alarms on a component, whoever made them. Alarms of the template and of people are about other things."""
    staying = _staying_components(cloud, leaves)
    for alarm in cloud.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]:
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        component = dimensions.get("InferenceComponentName")
        if component is not None and component not in staying:
            yield f"alarm {alarm['AlarmName']} on inference component {component}"


def _schedules(cloud: Cloud) -> Iterator[str]:
    scheduler = cloud.client("scheduler")
    for listed in scheduler.list_schedules(MaxResults=100)["Schedules"]:
        schedule = scheduler.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
        if schedule["ScheduleExpression"].startswith("at("):
            yield f"one-time schedule {listed['Name']}, {schedule['ScheduleExpression']}"


def _ledger_rows(cloud: Cloud, table: str) -> Iterator[str]:
    """Waiters and leases. Outcomes and history are meant to stay."""
    for row in cloud.client("dynamodb").scan(TableName=table)["Items"]:
        partition, sort = row["pk"]["S"], row["sk"]["S"]
        if partition == "waiters":
            yield f"waiter for {sort.partition('#')[0]}"
        elif sort == "lease":
            yield f"lease of {partition}, held by {row.get('holder', {}).get('S', 'nobody')}"


def _executions(cloud: Cloud) -> Iterator[str]:
    states = cloud.client("stepfunctions")
    for machine in states.list_state_machines()["stateMachines"]:
        running = states.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING")
        yield from (f"running execution {each['executionArn']}" for each in running["executions"])


def _dead_letters(cloud: Cloud) -> Iterator[str]:
    sqs = cloud.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        wanted = ["ApproximateNumberOfMessages"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
        if int(found["ApproximateNumberOfMessages"]):
            yield f"{found['ApproximateNumberOfMessages']} messages in {url.rpartition('/')[2]}"
