"""What people get of an announcement, by mail or wherever else the topic leads: a subject and a plain text."""

from typing import Any

from berth_core.announcements.announcement import SOURCE, one_line
from berth_core.model import Frozen

LONGEST_SUBJECT = 99
LONGEST_TEXT_BYTES = 262_144
"""SNS takes subjects of less than 100 characters, and messages of 256 KiB in UTF-8 (Publish in botocore's model)."""
_CUT = "..."


class Notification(Frozen):
    """`subject` is printable ASCII of at most LONGEST_SUBJECT characters; `text` has at most LONGEST_TEXT_BYTES."""

    subject: str
    text: str


def notification_of(event: dict[str, Any], account_id: str) -> Notification | str:
    """Of an event as EventBridge hands it over; or, in words, why it is no announcement of this account's."""
    if event.get("source") != SOURCE:
        return f"its source is not {SOURCE!r}"
    if event.get("account") != account_id:
        return f"it is not of account {account_id}"
    detail_type, detail = event.get("detail-type"), event.get("detail")
    if not isinstance(detail_type, str) or not isinstance(detail, dict):
        return "it has no detail-type, or no detail"
    line = detail.get("line")
    if not isinstance(line, str) or not line.strip():
        return "its detail has no line to read"
    return Notification(
        subject=_subject(detail_type, detail.get("deployment")), text=_text(line, detail.get("command"))
    )


def _subject(detail_type: str, deployment: object) -> str:
    """The type comes last and stays whole, so that a name cut short hides nothing of what happened."""
    told = _ascii(detail_type)
    if not isinstance(deployment, str) or not deployment:
        return _shortened(f"Berth: {told}", LONGEST_SUBJECT)
    room = LONGEST_SUBJECT - len(f"Berth: : {told}")
    return _shortened(f"Berth: {_shortened(_ascii(deployment), max(room, len(_CUT)))}: {told}", LONGEST_SUBJECT)


def _text(line: str, command: object) -> str:
    """A command that the line holds stands between empty lines, so that it can be taken from there into a shell.

    It is one line itself, or it would not be found in one.
    """
    read = one_line(line).strip()
    if isinstance(command, str) and command and command in read:
        before, _, after = read.partition(command)
        read = "\n\n".join(part for part in (before.strip(), command, after.strip()) if part)
    return _fitting(read)


def _fitting(text: str) -> str:
    written = text.encode()
    if len(written) <= LONGEST_TEXT_BYTES:
        return text
    return written[: LONGEST_TEXT_BYTES - len(_CUT)].decode(errors="ignore") + _CUT


def _ascii(text: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
