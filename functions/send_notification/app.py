"""An event of the bus `berth` -> {"kind", "id", "reason"}"""

from berth_aws.steps.send_notification import Sent, send_notification
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import Environment


class Settings(Environment):
    notification_topic_arn: str


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> Sent:
    return send_notification(event.root, settings.notification_topic_arn)
