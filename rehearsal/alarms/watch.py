"""The alarms of a cloud: each has one timer, at the next moment at which its state can change."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rehearsal.alarms import foresight, telling
from rehearsal.alarms.rules import Rule, State, rule_of
from rehearsal.alarms.series import MetricKey, MetricStore, PutSeries, Series, key_of
from rehearsal.alarms.sums import SumSeries, terms_of
from rehearsal.alarms.traffic_series import NAMESPACE, series_of
from rehearsal.streams import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud import Cloud
    from rehearsal.timers import Timer


class Alarms:
    """Knows moto's alarms, evaluates those whose metric there is, and tells what comes of it.

    Alarms on metrics that nobody emits here stay as they are.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._alarms: dict[str, Any] = {}
        self._timers: dict[str, Timer] = {}
        self._store = MetricStore()
        self._again = False
        self.changed: list[Callable[[str, State], None]] = []

    # What happens to alarms and metrics

    def put(self, alarm: Any, before: Any | None) -> None:
        """An alarm was made or changed: a new one has no state yet, another keeps the one it had (botocore's text)."""
        if before is None:
            alarm.state_value = "INSUFFICIENT_DATA"
        else:
            alarm.state_value, alarm.state_reason = before.state_value, before.state_reason
        if rule_of(alarm) is None:
            return
        self._alarms[alarm.name] = alarm
        self._foresee(alarm)

    def deleted(self, names: list[str]) -> None:
        for name in names:
            self._alarms.pop(name, None)
            self._stop(name)

    def put_data(self, namespace: str, data: list[dict[str, Any]]) -> None:
        self._news_of({self._store.put(namespace, datum, self._cloud.now) for datum in data})

    def set_level(self, namespace: str, name: str, dimensions: list[dict[str, str]], level: float) -> None:
        """From now on the metric has this value, until it is set again."""
        key = key_of(namespace, name, dimensions)
        self._store.set_level(key, self._cloud.kernel.now_us, level)
        self._news_of({key})

    def _news_of(self, keys: set[MetricKey]) -> None:
        for alarm in list(self._alarms.values()):
            if keys & _keys(alarm):
                self._foresee(alarm)

    def state_was_set(self, alarm: Any, before: str) -> None:
        """Somebody set the state by hand: it is told, and lasts until the next evaluation (botocore's text)."""
        if alarm.state_value != before:
            self._tell(alarm, before)
        if alarm.name in self._alarms:
            self._foresee(alarm)

    def traffic_changed(self) -> None:
        """Requests fare otherwise, or copies came or went: look at all alarms anew, once for all that happens now."""
        if self._again or all(alarm.namespace != NAMESPACE for alarm in self._alarms.values()):
            return
        self._again = True
        self._cloud.scaling.traffic_changed()
        self._cloud.kernel.after(0, self._look_again, "alarms", reads_clock=False)

    def _look_again(self) -> None:
        self._again = False
        for alarm in list(self._alarms.values()):
            if alarm.namespace == NAMESPACE:
                self._foresee(alarm)

    # Looking ahead

    def _foresee(self, alarm: Any) -> None:
        self._stop(alarm.name)
        rule, series = rule_of(alarm), self._series(alarm)
        if rule is None or series is None:
            return
        lag_us = round(self._cloud.settings.timings.metric_lag_minutes * 60_000_000)
        after_us = self._cloud.kernel.now_us - lag_us
        upcoming = foresight.next_change(series, rule, alarm.state_value, after_us - 1)
        if upcoming is None:
            return
        due = EPOCH + timedelta(microseconds=upcoming.at_us + lag_us)
        self._timers[alarm.name] = self._cloud.kernel.at(
            due, lambda: self._evaluate(alarm, rule, upcoming.at_us), f"alarm {alarm.name}"
        )

    def _series(self, alarm: Any) -> Series | None:
        terms = terms_of(alarm)
        if terms:
            found = [(term, self._known(term.key)) for term in terms]
            series = [(term, each) for term, each in found if each is not None]
            return SumSeries(series) if len(series) == len(terms) else None
        put = self._known(_key(alarm))
        if put is not None or alarm.namespace != NAMESPACE:
            return put
        dimensions = {each.name: each.value for each in alarm.dimensions}
        made: Series | None = series_of(alarm.metric_name, dimensions, self._cloud.traffic.streams, self._cloud)
        return made

    def _known(self, key: MetricKey) -> Series | None:
        """Without any value yet: nothing to look at, unless somebody here would tell if there were one."""
        put = self._store.find(key)
        if put is None and key[0] != NAMESPACE and self._cloud.settings.operational_metrics:
            return PutSeries()
        return put

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _evaluate(self, alarm: Any, rule: Rule, end_us: int) -> None:
        if alarm not in self._alarms.values():
            return
        series = self._series(alarm)
        if series is None:
            return
        values = foresight.values(series, rule, end_us)
        before = alarm.state_value
        state = rule.state(values, before)
        if state != before:
            reason, data = telling.reason(rule, values, state, end_us)
            alarm.update_state(reason, data, state)
            self._tell(alarm, before)
        self._foresee(alarm)

    def _tell(self, alarm: Any, before: str) -> None:
        telling.tell(self._cloud, alarm, before)
        for listener in self.changed:
            listener(alarm.name, alarm.state_value)

    # Questions

    def state_of(self, name: str) -> State | None:
        """None for an alarm that isn't there, or is never evaluated."""
        alarm = self._alarms.get(name)
        return None if alarm is None else alarm.state_value

    def is_firing(self, name: str) -> bool:
        """Also of alarms whose state is only ever set by hand. One that doesn't exist fires never."""
        from moto.cloudwatch.models import cloudwatch_backends

        settings = self._cloud.settings
        alarm = cloudwatch_backends[settings.account_id][settings.region].alarms.get(name)
        return alarm is not None and alarm.state_value == "ALARM"

    def threshold_of(self, name: str) -> float | None:
        rule = rule_of(self._alarms[name]) if name in self._alarms else None
        return None if rule is None else rule.threshold

    def value_of(self, name: str, *, mean: bool = False) -> float | None:
        """The last complete period's value of an alarm's metric, or the mean of all periods that it looks at."""
        alarm = self._alarms.get(name)
        rule, series = (rule_of(alarm), self._series(alarm)) if alarm is not None else (None, None)
        if rule is None or series is None:
            return None
        end_us = self._cloud.kernel.now_us // rule.period_us * rule.period_us
        values = foresight.values(series, rule, end_us)
        known = [value for value in values if value is not None]
        if mean:
            return sum(known) / len(known) if known else None
        return values[-1]

    def seconds_to_other_values(self, name: str) -> float | None:
        """Until an alarm's window first holds nothing of the present regime, or of one before; None if it does now."""
        alarm = self._alarms.get(name)
        rule, series = (rule_of(alarm), self._series(alarm)) if alarm is not None else (None, None)
        if rule is None or series is None:
            return None
        now_us = self._cloud.kernel.now_us
        window_us = (rule.periods + 1) * rule.period_us
        upcoming = series.turns(now_us - window_us)
        return (upcoming[0] + window_us - now_us) / 1_000_000 if upcoming else None


def _keys(alarm: Any) -> set[MetricKey]:
    return {term.key for term in terms_of(alarm)} or {_key(alarm)}


def _key(alarm: Any) -> MetricKey:
    return key_of(
        alarm.namespace, alarm.metric_name, [{"Name": each.name, "Value": each.value} for each in alarm.dimensions]
    )
