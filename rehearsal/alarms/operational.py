"""What functions, state machines and queues tell CloudWatch of themselves, for the alarms of a stack.

Only with the setting `operational_metrics`. Names and dimensions: the services' pages on CloudWatch metrics.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from rehearsal.cloud import current

_ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
    "RUNNING": "ExecutionsStarted",
}


def function_ran(name: str, *, failed: bool) -> None:
    """Invocations and Errors, the latter with a 0 for a call that went well."""
    data = [_count("Invocations", "FunctionName", name, 1), _count("Errors", "FunctionName", name, int(failed))]
    _put("AWS/Lambda", data)


def execution_changed(execution: Any) -> None:
    """Its start, or its end."""
    _put("AWS/States", [_count(_ENDS[execution.status], "StateMachineArn", execution.state_machine_arn, 1)])


def queue_holds(name: str, messages: int) -> None:
    """ApproximateNumberOfMessagesVisible. What was received, and is neither deleted nor back yet, counts as well."""
    if current().settings.operational_metrics:
        dimensions = [{"Name": "QueueName", "Value": name}]
        current().alarms.set_level("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions, messages)


def lines_in(output: str) -> None:
    """The embedded metric format: a line of JSON that says in `_aws` which of its members are metrics."""
    if not current().settings.operational_metrics or '"_aws"' not in output:
        return
    for line in output.splitlines():
        if line.startswith("{") and '"_aws"' in line:
            _embedded(line)


def _embedded(line: str) -> None:
    """A line that is no such document is a log line like any other (specification of the format)."""
    try:
        document = json.loads(line)
        about = document["_aws"]
        at = datetime.fromtimestamp(about["Timestamp"] / 1000, UTC)
        for shape in about["CloudWatchMetrics"]:
            _put(
                shape["Namespace"],
                [datum for names in shape["Dimensions"] for datum in _data(document, shape, names, at)],
            )
    except (ValueError, KeyError, TypeError):
        return


def _data(document: dict[str, Any], shape: dict[str, Any], names: list[str], at: datetime) -> list[dict[str, Any]]:
    dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
    return [
        {
            "MetricName": metric["Name"],
            "Dimensions": dimensions,
            "Timestamp": at,
            "Values": _values(document[metric["Name"]]),
        }
        for metric in shape["Metrics"]
    ]


def _values(written: Any) -> list[float]:
    """One number, or a list of numbers."""
    return [float(value) for value in (written if isinstance(written, list) else [written])]


def _count(metric: str, dimension: str, value: str, count: int) -> dict[str, Any]:
    return {"MetricName": metric, "Dimensions": [{"Name": dimension, "Value": value}], "Value": count}


def _put(namespace: str, data: list[dict[str, Any]]) -> None:
    if current().settings.operational_metrics:
        current().alarms.put_data(namespace, data)
