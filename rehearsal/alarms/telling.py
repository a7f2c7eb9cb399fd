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
        cloud.kernel.spawn(lambda: _notify(cloud, arn, message), f"alarm {alarm.name}")


def _notify(cloud: Cloud, topic_arn: str, message: dict[str, Any]) -> None:
    """A topic that is gone loses the message, and nobody is told but the timeline."""
    from moto.sns.exceptions import SNSNotFoundError

    from rehearsal.delivery.targets import send_notification

    try:
        send_notification(topic_arn, json.dumps(message))
    except SNSNotFoundError:
        cloud.timeline.record("error", f"alarm/{message['AlarmName']}", f"its topic {topic_arn} is gone")


def _event(alarm: Any, before: str, now: datetime) -> dict[str, Any]:
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
            "metrics": [_of_query(query) for query in alarm.metric_data_queries] or [_of_alarm(alarm)],
        },
    }
    return {
        "Source": "aws.cloudwatch",
        "DetailType": DETAIL_TYPE,
        "Resources": [alarm.alarm_arn],
        "Time": now,
        "Detail": json.dumps(detail),
    }


def _of_alarm(alarm: Any) -> dict[str, Any]:
    stat = alarm.statistic or alarm.extended_statistic
    return {"id": "m1", "metricStat": _stat(alarm, alarm.period, stat), "returnData": True}


def _of_query(query: Any) -> dict[str, Any]:
    if query.expression:
        return {"id": query.id, "expression": query.expression, "returnData": True}
    stat = query.metric_stat
    return {"id": query.id, "metricStat": _stat(stat.metric, stat.period, stat.stat), "returnData": False}


def _stat(metric: Any, period: Any, stat: str) -> dict[str, Any]:
    """`metric` names a metric as moto does, whether it is one or an alarm on one."""
    dimensions = {each.name: each.value for each in metric.dimensions}
    named = {"namespace": metric.namespace, "name": metric.metric_name, "dimensions": dimensions}
    return {"metric": named, "period": period, "stat": stat}


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)
