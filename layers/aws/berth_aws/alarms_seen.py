"""Looking at CloudWatch: the alarms that a rollout is watched by."""

from berth_aws import clients
from berth_aws.translate import in_our_words
from berth_core.facts import RollbackAlarm

BOTH_KINDS = ["MetricAlarm", "CompositeAlarm"]
"""Without it CloudWatch answers with metric alarms alone."""


def alarms_seen(names: tuple[str, ...]) -> tuple[RollbackAlarm, ...]:
    """Those of the named alarms that are there, in the order of their names. No call if none is named."""
    if not names:
        return ()
    with in_our_words("DescribeAlarms"):
        # At most 10 are named, so one page holds them all.
        answer = clients.shared("cloudwatch").describe_alarms(AlarmNames=list(names), AlarmTypes=BOTH_KINDS)
    found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
    seen = (RollbackAlarm(name=each["AlarmName"], state=each["StateValue"]) for each in found)
    return tuple(sorted(seen, key=lambda alarm: alarm.name))
