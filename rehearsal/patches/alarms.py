"""CloudWatch: moto keeps alarms and values; the rehearsal evaluates them."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from rehearsal.cloud import current
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    for name, patched, digest in (
        ("put_metric_alarm", _put_metric_alarm, "885a94472441"),
        ("delete_alarms", _delete_alarms, "48aee661bc68"),
        ("put_metric_data", _put_metric_data, "82ed800e5ac8"),
        ("set_alarm_state", _set_alarm_state, "9e13379de1ee"),
    ):
        _originals[name] = replace(CloudWatchBackend, name, patched, expected=digest)


def _put_metric_alarm(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    before = self.alarms.get(name)
    alarm = _originals["put_metric_alarm"](self, name, *args, **kwargs)
    current().alarms.put(alarm, before)
    return alarm


def _delete_alarms(self: Any, alarm_names: list[str]) -> None:
    _originals["delete_alarms"](self, alarm_names)
    current().alarms.deleted(alarm_names)


def _put_metric_data(self: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    _originals["put_metric_data"](self, namespace, metric_data)
    current().alarms.put_data(namespace, metric_data)


def _set_alarm_state(self: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
    before = self.alarms[alarm_name].state_value if alarm_name in self.alarms else ""
    _originals["set_alarm_state"](self, alarm_name, reason, reason_data, state_value)
    current().alarms.state_was_set(self.alarms[alarm_name], before)
