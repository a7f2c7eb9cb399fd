"""What a mail says of an announcement: a subject that SNS takes, and a text whose command can be pasted."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from berth_core.announcements import announcement as words
from berth_core.announcements.notification import (
    LONGEST_SUBJECT,
    LONGEST_TEXT_BYTES,
    Notification,
    notification_of,
)
from berth_core.asking import command_for
from berth_core.release_news import answering

ACCOUNT = "111122223333"
AT = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
SAMPLES = sorted((Path(__file__).parents[2] / "events" / "out").glob("*.json"))


def event(detail_type: str = "Decision Held", **detail: Any) -> dict[str, Any]:
    """As EventBridge hands it over, as far as it counts."""
    given = {"deployment": "llama-eval", "line": "a line", **detail}
    return {"source": "berth", "account": ACCOUNT, "detail-type": detail_type, "detail": given}


def told(given: dict[str, Any]) -> Notification:
    read = notification_of(given, ACCOUNT)
    assert isinstance(read, Notification), read
    return read


@pytest.mark.parametrize(
    ("detail_type", "deployment", "subject"),
    [
        ("Approval Requested", "llama-eval", "Berth: llama-eval: Approval Requested"),
        ("Training Plan State Change", None, "Berth: Training Plan State Change"),
        ("Fleet Swept", "", "Berth: Fleet Swept"),
        ("Fleet Swept", ["no", "name"], "Berth: Fleet Swept"),
        ("Deployment Rejected", "llama\r\nBcc: x", "Berth: llama??Bcc: x: Deployment Rejected"),
        ("Deployment Rejected", "éß😀\x1b\u2028\ud800", "Berth: ??????: Deployment Rejected"),
        ("Deployment Rejected", 'a "b" \\ c', 'Berth: a "b" \\ c: Deployment Rejected'),
        ("Deployment Rejected", "n" * 69, f"Berth: {'n' * 69}: Deployment Rejected"),
        ("Deployment Rejected", "n" * 72, f"Berth: {'n' * 68}...: Deployment Rejected"),
        ("T" * 93, "llama-eval", f"Berth: ...: {'T' * 84}..."),
        ("T" * 200, None, f"Berth: {'T' * 89}..."),
    ],
)
def test_a_subject_is_short_and_plain_and_says_what_happened(detail_type: str, deployment: Any, subject: str) -> None:
    read = told(event(detail_type, deployment=deployment))
    assert read.subject == subject
    assert len(read.subject) <= LONGEST_SUBJECT
    assert read.subject.isascii()
    assert read.subject.isprintable()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("2026-03-03T11:30:00Z Decision Held llama-eval: Busy", "2026-03-03T11:30:00Z Decision Held llama-eval: Busy"),
        ("says \"no\" \\ 'twice' <line>", "says \"no\" \\ 'twice' <line>"),
        ("für 😀", "für 😀"),
        ("a\r\nBcc: b\x1b[31m\u202e\ud800", "a  Bcc: b\\x1b[31m\\u202e\\ud800"),
        ("  around  ", "around"),
    ],
)
def test_a_text_is_the_line_as_it_reads(line: str, text: str) -> None:
    assert told(event(line=line)).text == text


@pytest.mark.parametrize("command", ["", None, 7, "aws elsewhere", "a\nb"])
def test_a_command_that_the_line_does_not_have_changes_nothing(command: Any) -> None:
    assert told(event(line="a line", command=command)).text == "a line"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("say: run it (or not)", "say:\n\nrun it\n\n(or not)"),
        ("say: run it", "say:\n\nrun it"),
        ("run it, or run it again", "run it\n\n, or run it again"),
        ("run it", "run it"),
    ],
)
def test_a_command_stands_on_a_line_of_its_own(line: str, text: str) -> None:
    assert told(event(line=line, command="run it")).text == text


@pytest.mark.parametrize(
    "command",
    [
        command_for("approve", "tpo-1", "1512.00", "AQCEAAAAKgAAAAMAAAAAA"),
        command_for("approve", "tpo \"1\" \\ '2' \n 😀", "1", "t"),
        answering("approve", "5b1f0c7e", "AQCEAAAAKgAAAAMAAAAAA"),
    ],
)
def test_the_command_of_a_real_announcement_can_be_pasted(command: str) -> None:
    reason = f"No answer means no. To say yes: {command} (to say no: reject for approve)"
    news = words.announcement("Approval Requested", deployment="llama-eval", at=AT, reason=reason, command=command)
    before, _, pasted, _, after = told(event(news.detail_type, **news.detail)).text.split("\n")
    assert before == "2026-03-03T11:30:00Z Approval Requested llama-eval: No answer means no. To say yes:"
    assert after == "(to say no: reject for approve)"
    assert pasted == command
    assert json.loads(shlex.split(pasted.replace("$(whoami)", "jane"))[6])["who"] == "jane"


@pytest.mark.parametrize("sign", ["a", "é", "😀"])
def test_what_is_longer_than_sns_takes_is_cut_between_characters(sign: str) -> None:
    whole = told(event(line="x" + sign * ((LONGEST_TEXT_BYTES - 1) // len(sign.encode())))).text
    assert not whole.endswith("...")
    cut = told(event(line="x" + sign * LONGEST_TEXT_BYTES)).text
    assert cut.endswith(f"{sign}...")
    assert LONGEST_TEXT_BYTES - 4 < len(cut.encode()) <= LONGEST_TEXT_BYTES


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"source": "aws.sagemaker"}, "its source is not 'berth'"),
        ({"source": None}, "its source is not 'berth'"),
        ({"account": "9" * 12}, "it is not of account 111122223333"),
        ({"account": 111122223333}, "it is not of account 111122223333"),
        ({"detail-type": None}, "it has no detail-type, or no detail"),
        ({"detail": "a line"}, "it has no detail-type, or no detail"),
        ({"detail": {}}, "its detail has no line to read"),
        ({"detail": {"line": ["a"]}}, "its detail has no line to read"),
        ({"detail": {"line": " \n"}}, "its detail has no line to read"),
    ],
)
def test_what_is_no_announcement_of_ours_is_refused_in_words(over: dict[str, Any], why: str) -> None:
    assert notification_of(event() | over, ACCOUNT) == why


def test_an_empty_event_is_refused() -> None:
    assert notification_of({}, ACCOUNT) == "its source is not 'berth'"


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_every_announcement_becomes_a_mail(path: Path) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    read = told(given)
    assert read.subject.endswith(f": {given['detail-type']}")
    assert read.text.replace("\n\n", " ") == given["detail"]["line"]
