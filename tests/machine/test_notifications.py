"""One announcement, one mail; two only if SNS's answer was lost, and what SNS refuses is kept and can be told later."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.machine.site import NAME, Site

COMMAND = 'aws stepfunctions send-task-success --task-output \'{"decision": "approve"}\''
LINE = f"To say yes: {COMMAND} (to say no: reject for approve)"
MAIL = f"Berth: {NAME}: Approval Requested: To say yes:\n\n{COMMAND}\n\n(to say no: reject for approve)"


@pytest.fixture
def site() -> Iterator[Site]:
    standing = Site()
    yield standing
    standing.close()


def announce(site: Site) -> None:
    detail = json.dumps({"deployment": NAME, "line": LINE, "command": COMMAND})
    entry = {"Source": "berth", "DetailType": "Approval Requested", "Detail": detail, "EventBusName": "berth"}
    site.cloud.client("events").put_events(Entries=[entry])
    site.cloud.advance(seconds=900)


def mails(site: Site) -> list[str]:
    return [entry.text for entry in site.cloud.timeline if entry.kind == "notification"]


def test_a_mail_has_its_command_on_a_line_of_its_own_and_comes_once(site: Site) -> None:
    announce(site)
    assert mails(site) == [MAIL]


@pytest.mark.parametrize(("fault", "count"), [("throttle", 1), ("error_before", 1), ("error_after", 2)])
def test_a_second_try_repeats_a_mail_only_if_the_first_answer_was_lost(site: Site, fault: str, count: int) -> None:
    site.cloud.faults.add([{"on": "api:sns.Publish", "do": fault, "times": 1}])
    announce(site)
    assert mails(site) == [MAIL] * count


def test_what_sns_never_takes_is_kept_and_can_be_told_later(site: Site) -> None:
    site.cloud.faults.add([{"on": "api:sns.Publish", "do": "throttle"}])
    announce(site)
    assert mails(site) == []
    queues = site.cloud.client("sqs")
    url = queues.get_queue_url(QueueName="berth-notification-dead-letters")["QueueUrl"]
    (kept,) = queues.receive_message(QueueUrl=url)["Messages"]
    event = json.loads(kept["Body"])["requestPayload"]
    site.cloud.faults.clear()
    site.cloud.client("lambda").invoke(FunctionName="berth-send-notification", Payload=json.dumps(event))
    assert mails(site) == [MAIL]
