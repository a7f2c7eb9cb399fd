"""What a change of state sets off: a line of the timeline, the event (aws-facts 4.6), and the alarm's actions."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rehearsal.alarms.rules import Rule, State
from rehearsal.delivery import bus
from rehearsal.streams import EPOCH

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud

DETAIL_TYPE = "CloudWatch Alarm State Change"
_COMPARED = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


def reason(rule: Rule, values: list[float | None], state: State, end_us: int) -> tuple[str, str]:
    """StateReason and StateReasonData. The words are ours, in CloudWatch's manner."""
    known = [value for value in values if value is not None]
    if state == "INSUFFICIENT_DATA":
        text = f"Insufficient Data: {len(values)} datapoints were unknown."
    else:
        shown = ", ".join(f"{value:g}" for value in reversed(known[-5:])) or "none"
        was = "breached" if state == "ALARM" else "did not breach"
        text = (
            f"Threshold Crossed: of {len(values)} datapoints [{shown}] enough {was} "
            f"{_COMPARED[rule.comparison]} the threshold ({rule.threshold:g})."
        )
    data = {
        "version": "1.0",
        "queryDate": _stamp(_moment(end_us)),
        "startDate": _stamp(_moment(end_us - rule.periods * rule.period_us)),
        "statistic": rule.statistic,
        "period": rule.period_us // 1_000_000,
        "recentDatapoints": known,
        "threshold": rule.threshold,
    }
    return text, json.dumps(data)


def tell(cloud: Cloud, alarm: Any, before: str) -> None:
    text = f"{before} to {alarm.state_value}: {alarm.state_reason}"
    cloud.timeline.record("alarm", f"alarm/{alarm.name}", text, status=alarm.state_value, before=before)
    cloud.touched()
    event = _event(alarm, before, cloud.now)
    cloud.kernel.spawn(lambda: bus.put_by_aws(event), DETAIL_TYPE)
    if not alarm.actions_enabled:
        return
    by_state = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}
    for arn in by_state.get(alarm.state_value, alarm.insufficient_data_actions):
        _act(cloud, arn, alarm, event)


def _act(cloud: Cloud, arn: str, alarm: Any, event: dict[str, Any]) -> None:
    """Scaling policies and topics. Other kinds of actions aren't rehearsed."""
    from rehearsal.delivery.targets import send_notification

    service = arn.split(":")[2]
    if service == "autoscaling":
        cloud.scaling.alarm_fired(arn, alarm.name)
    elif service == "sns":
        detail = json.loads(event["Detail"])
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "NewStateValue": alarm.state_value,
            "NewStateReason": alarm.state_reason,
            "OldStateValue": detail["previousState"]["value"],
            "StateChangeTime": detail["state"]["timestamp"],
            "AlarmArn": alarm.alarm_arn,
        }
        cloud.kernel.spawn(lambda: send_notification(arn, json.dumps(message)), f"alarm {alarm.name}")


def _event(alarm: Any, before: str, now: datetime) -> dict[str, Any]:
    dimensions = {each.name: each.value for each in alarm.dimensions}
    metric = {"namespace": alarm.namespace, "name": alarm.metric_name, "dimensions": dimensions}
    stat = {"metric": metric, "period": alarm.period, "stat": alarm.statistic or alarm.extended_statistic}
    detail = {
        "alarmName": alarm.name,
        "state": {
            "value": alarm.state_value,
            "reason": alarm.state_reason,
            "reasonData": alarm.state_reason_data,
            "timestamp": _stamp(now),
        },
        "previousState": {"value": before, "timestamp": _stamp(now)},
        "configuration": {
            "description": alarm.description or "",
            "metrics": [{"id": "m1", "metricStat": stat, "returnData": True}],
        },
    }
    return {
        "Source": "aws.cloudwatch",
        "DetailType": DETAIL_TYPE,
        "Resources": [alarm.alarm_arn],
        "Time": now,
        "Detail": json.dumps(detail),
    }


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)
