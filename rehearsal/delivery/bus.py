"""An event bus: entries become events, faults strike, and every rule that matches gets its targets served."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.events.models import events_backends

from rehearsal.cloud import current
from rehearsal.delivery.attempts import Delivery
from rehearsal.delivery.shaping import shape

DELAY_SECONDS = 300.0
"""How late an event is that a fault delays, if the fault doesn't say."""


def refusal(entry: dict[str, Any]) -> dict[str, str] | None:
    """Why PutEvents doesn't take this entry, as AWS puts it; None if it does."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            text = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": text}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return None


def put_by_aws(entry: dict[str, Any]) -> None:
    """An event of one of AWS's own services, on the default bus. Theirs is no PutEvents that a fault could strike."""
    settings = current().settings
    events_backends[settings.account_id][settings.region].put_events([entry])
    current().touched()


def event_of(entry: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """The event that rules see. Its id is drawn here."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": time_text(entry.get("Time")),
        "region": region,
        "resources": list(entry.get("Resources") or []),
        "detail": json.loads(entry["Detail"]),
    }


def time_text(given: Any) -> str:
    """As events carry times: whole seconds. Takes none (now), a text, an aware datetime or epoch seconds."""
    if isinstance(given, str):
        return given
    if given is None:
        given = current().now
    when = given if isinstance(given, datetime) else datetime.fromtimestamp(float(given), UTC)
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def accept(bus: Any, event: dict[str, Any]) -> None:
    """The event has arrived: write it down, let a fault strike, and hand it to the rules."""
    _record(event)
    cloud = current()
    detail_type = event["detail-type"]
    fault = cloud.faults.take("event", detail_type)
    if fault is None:
        hand_out(bus, event)
        return
    late_seconds = DELAY_SECONDS if fault.seconds is None else fault.seconds
    texts = {"drop": "lost", "double": "delivered twice", "delay": f"delayed by {late_seconds:g} s"}
    cloud.timeline.record("fault", f"event:{detail_type}", texts[fault.do], do=fault.do)
    if fault.do == "delay":
        cloud.kernel.after(late_seconds, partial(hand_out, bus, event), f"delayed event {detail_type}")
    if fault.do == "double":
        hand_out(bus, event)
        hand_out(bus, event)


def _record(event: dict[str, Any]) -> None:
    """AWS's own events repeat what the timeline says already."""
    if event["source"].startswith("aws."):
        return
    detail = event["detail"]
    reason = detail.get("reason")
    about = {name: detail[name] for name in ("deployment", "plan") if isinstance(detail.get(name), str)}
    text = f"{event['detail-type']}: {reason}" if reason else event["detail-type"]
    subject = about.get("deployment") or about.get("plan") or event["source"]
    current().timeline.record("event", subject, text, detail_type=event["detail-type"], **about)


def hand_out(bus: Any, event: dict[str, Any]) -> None:
    """To every rule of the bus, in the order in which they were made."""
    for rule in list(bus.rules.values()):
        offer(rule, event)


def offer(rule: Any, event: dict[str, Any]) -> None:
    """To one rule. moto leaves out the rule's state, and lets a rule without a pattern match everything."""
    if rule.state != "DISABLED" and rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event):
        serve_targets(rule, event)


def serve_targets(rule: Any, event: dict[str, Any]) -> None:
    for target in list(rule.targets):
        body = shape(target, event, rule.name, rule.arn)
        Delivery(target, body, f"rule {rule.name}", {"RULE_ARN": rule.arn}).begin()
