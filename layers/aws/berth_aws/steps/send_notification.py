"""An announcement reaches people: it is published to the topic, as plain text."""

from typing import Any, Literal

from berth_aws import clients
from berth_aws.translate import in_our_words
from berth_core.announcements.notification import notification_of
from berth_core.model import Frozen


class Sent(Frozen):
    """`id` is the message's, from SNS. `reason` says of an event that isn't ours why nobody was told of it."""

    kind: Literal["sent", "refused"]
    id: str = ""
    reason: str = ""


def send_notification(event: dict[str, Any], topic_arn: str) -> Sent:
    """Not idempotent: nothing is kept. Publishing is the last thing that can fail, so only a lost answer repeats it.

    Raises BusyError and RefusedError, and Lambda tries again: an announcement may come twice, but is never lost.
    """
    told = notification_of(event, account_id=topic_arn.split(":")[4])
    if isinstance(told, str):
        return Sent(kind="refused", reason=told)
    with in_our_words("Publish"):
        answer = clients.shared("sns").publish(TopicArn=topic_arn, Subject=told.subject, Message=told.text)
    return Sent(kind="sent", id=answer["MessageId"])
