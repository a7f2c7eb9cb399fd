"""An announcement becomes one message of the topic, as it reads; what isn't ours becomes none."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto.sns.models import sns_backends

from berth_aws import clients
from berth_aws.steps.send_notification import send_notification
from berth_core.errors import BusyError, RefusedError

OUT = Path(__file__).parents[3] / "events" / "out"
REGION = "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:111122223333:berth-notifications"


def announced(name: str = "approval-requested", account: str = "111122223333") -> dict[str, Any]:
    event: dict[str, Any] = json.loads((OUT / f"{name}.json").read_text(encoding="utf-8"))
    return event | {"account": account}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As the function's own, but without retries of the SDK."""
    made = boto3.client("sns", region_name=REGION)
    monkeypatch.setattr(clients, "shared", lambda _service: made)
    return made


def published(topic_arn: str) -> list[tuple[str, str | None]]:
    """What moto keeps of each message: text and subject."""
    account = topic_arn.split(":")[4]
    sent = sns_backends[account][REGION].topics[topic_arn].sent_notifications
    return [(message, subject) for _id, message, subject, *_ in sent]


class TestOnMoto:
    @pytest.fixture
    def topic(self, aws: None, client: Any) -> str:
        arn: str = client.create_topic(Name="berth-notifications")["TopicArn"]
        return arn

    @pytest.mark.parametrize("name", [path.stem for path in sorted(OUT.glob("*.json"))])
    def test_sns_takes_every_announcement(self, topic: str, name: str) -> None:
        event = announced(name, topic.split(":")[4])
        sent = send_notification(event, topic)
        assert (sent.kind, bool(sent.id), sent.reason) == ("sent", True, "")
        ((text, subject),) = published(topic)
        assert text.replace("\n\n", " ") == event["detail"]["line"]
        assert subject is not None
        assert subject.endswith(event["detail-type"])

    def test_the_command_arrives_unescaped(self, topic: str) -> None:
        event = announced(account=topic.split(":")[4])
        command = event["detail"]["command"]
        event["detail"]["line"] = f"To say yes: {command} (to say no: reject for approve)"
        send_notification(event, topic)
        ((text, _),) = published(topic)
        assert '"' in command
        assert command in text.split("\n")

    def test_the_longest_subject_and_text_are_taken(self, topic: str) -> None:
        event = announced(account=topic.split(":")[4])
        event["detail"] = {"deployment": "n" * 500, "line": "😀" * 100_000}
        assert send_notification(event, topic).kind == "sent"

    @pytest.mark.parametrize("over", [{"source": "aws.s3"}, {"account": "9" * 12}, {"detail": {}}, {"detail": None}])
    def test_what_is_not_ours_is_told_to_nobody(self, topic: str, over: dict[str, Any]) -> None:
        sent = send_notification(announced(account=topic.split(":")[4]) | over, topic)
        assert sent.kind == "refused"
        assert sent.reason
        assert published(topic) == []

    def test_a_topic_that_is_gone_is_refused(self, topic: str, client: Any) -> None:
        client.delete_topic(TopicArn=topic)
        with pytest.raises(RefusedError, match="Publish"):
            send_notification(announced(account=topic.split(":")[4]), topic)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("Throttled", 400, BusyError),
        ("KMSThrottling", 400, BusyError),
        ("InternalError", 500, BusyError),
        ("AuthorizationError", 403, RefusedError),
        ("KMSAccessDenied", 400, RefusedError),
    ],
)
def test_what_sns_refuses_is_raised_so_that_lambda_tries_again(
    client: Any, code: str, status: int, error: type[Exception]
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(
            "publish", code, "why", status, expected_params={"TopicArn": TOPIC, "Subject": ANY, "Message": ANY}
        )
        with pytest.raises(error, match="Publish"):
            send_notification(announced(), TOPIC)
