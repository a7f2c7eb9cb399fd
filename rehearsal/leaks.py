"""What a finished story has left behind, beyond what it says it leaves. Nothing is the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends
from moto.scheduler.models import scheduler_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

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
        *_schedules(cloud, leaves),
        *at_work(cloud, outputs),
        *_dead_letters(cloud),
        *(f"a task that died: {error.strip().splitlines()[-1]}" for error in cloud.kernel.errors),
    )


def at_work(cloud: Cloud, outputs: dict[str, str]) -> Iterator[str]:
    """One readable line for each run, and for each task and lease that belongs to one."""
    yield from _ledger_rows(cloud, outputs["LedgerTable"])
    yield from _executions(cloud)


def _endpoints(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    for endpoint in cloud.sagemaker.endpoints.all():
        if endpoint.name not in leaves.endpoints:
            yield f"endpoint {endpoint.name}, {endpoint.status}"


def _configs(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """The config that an endpoint which may stay is running on may stay with it."""
    live = {each.config for each in cloud.sagemaker.endpoints.all() if each.name in leaves.endpoints}
    for config in cloud.sagemaker.configs.all():
        if config.name not in live:
            yield f"endpoint config {config.name}"


def _components(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    for component in cloud.sagemaker.components.all():
        if component.endpoint not in leaves.endpoints:
            yield f"inference component {component.name} of {component.endpoint}, {component.status}"


def _scaling(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """Scalable targets and policies of components that are not to stay."""
    staying = _staying_components(cloud, leaves)
    for component in cloud.scaling.targets:
        if component not in staying:
            yield f"scalable target of inference-component/{component}"
    for policy in cloud.scaling.policies.values():
        if policy.component not in staying:
            yield f"scaling policy {policy.name} of inference-component/{policy.component}"


def _staying_components(cloud: Cloud, leaves: EndState) -> set[str]:
    return {each.name for each in cloud.sagemaker.components.all() if each.endpoint in leaves.endpoints}


def _alarms(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """Alarms on a component, whoever made them. Alarms of the template and of people are about other things."""
    staying = _staying_components(cloud, leaves)
    for alarm in _backend(cloud, cloudwatch_backends).alarms.values():
        dimensions = {each.name: each.value for each in alarm.dimensions}
        component = dimensions.get("InferenceComponentName")
        if component is not None and component not in staying:
            yield f"alarm {alarm.name} on inference component {component}"


def _schedules(cloud: Cloud, leaves: EndState) -> Iterator[str]:
    """An endpoint that stays is looked at again."""
    staying = {f"{name}-due" for name in leaves.endpoints}
    for group in _backend(cloud, scheduler_backends).schedule_groups.values():
        for schedule in group.schedules.values():
            if schedule.schedule_expression.startswith("at(") and schedule.name not in staying:
                yield f"one-time schedule {schedule.name}, {schedule.schedule_expression}"


def _ledger_rows(cloud: Cloud, table: str) -> Iterator[str]:
    """Waiters and leases. Outcomes and history are meant to stay."""
    for partition in _backend(cloud, dynamodb_backends).tables[table].items.values():
        for row in partition.values():
            key, sort = row.hash_key.value, row.range_key.value
            if key == "waiters":
                yield f"waiter for {sort.partition('#')[0]}"
            elif sort == "lease":
                holder = row.attrs.get("holder")
                yield f"lease of {key}, held by {holder.value if holder else 'nobody'}"


def _executions(cloud: Cloud) -> Iterator[str]:
    for machine in _backend(cloud, stepfunctions_parser_backends).state_machines:
        for execution in machine.executions:
            if execution.status == "RUNNING":
                yield f"running execution {execution.execution_arn}"


def _dead_letters(cloud: Cloud) -> Iterator[str]:
    for queue in _backend(cloud, sqs_backends).queues.values():
        if queue.approximate_number_of_messages:
            yield f"{queue.approximate_number_of_messages} messages in {queue.name}"


def _backend(cloud: Cloud, backends: Any) -> Any:
    """moto's own books of a service: to ask for them by API, page by page, takes longer than a day of the story."""
    return backends[cloud.settings.account_id][cloud.settings.region]
