"""Words of strangers in what people read and paste: mails, the command that says yes, the report's page."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from berth_core.announcements import Announcement, deployment_rejected
from berth_core.announcements.announcement import announcement
from berth_core.announcements.notification import LONGEST_SUBJECT, Notification, notification_of
from berth_core.asking import command_for
from berth_core.parsing import Rejection, parse_manifest
from rehearsal.report import render
from rehearsal.run import Verdict
from rehearsal.timeline import Entry
from tests.fuzz.hostile import SPECIAL, VALUES, drawn, texts
from tests.unit.made_up_run import CLOSES, OPENS, UNTIL, run, scenario, span
from tests.unit.test_report import Page

AT = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
WHO = '"$(whoami)"'
LONGEST_PROBLEM = 1000
ACCOUNT = "111122223333"


def mail_of(news: Announcement) -> Notification:
    """What the function behind the bus's rule makes of an announcement for the topic."""
    entry = news.as_entry("berth")
    detail = json.loads(entry["Detail"])
    event = {"source": entry["Source"], "account": ACCOUNT, "detail-type": entry["DetailType"], "detail": detail}
    mail = notification_of(event, ACCOUNT)
    assert isinstance(mail, Notification), mail
    return mail


@given(texts(), texts(), texts())
@drawn(100)
def test_a_mail_is_one_line_that_hides_nothing(name: str, reason: str, more: str) -> None:
    news = announcement("Deployment Rejected", deployment=name, at=AT, reason=reason, problems=(more,))
    mail = mail_of(news)
    assert mail.text.isprintable()
    assert mail.text == news.detail["line"].strip()
    assert mail.text.startswith("2026-03-03T11:30:00Z Deployment Rejected")
    assert mail.subject.isascii()
    assert mail.subject.isprintable()
    assert len(mail.subject) <= LONGEST_SUBJECT
    assert json.loads(news.as_entry("berth")["Detail"])["reason"] == reason


@given(texts(), texts(), st.one_of(texts(), st.text("'\"\\\n$`", min_size=1)))
@drawn(100)
def test_the_command_of_a_mail_stands_alone_whatever_is_around_it(name: str, reason: str, offering: str) -> None:
    command = command_for("approve", offering, "1512.00", "AQCEAAAAKgAAAAMAAAAAA")
    told = f"{reason}. To say yes: {command} (to say no: reject for approve)"
    mail = mail_of(announcement("Approval Requested", deployment=name, at=AT, reason=told, command=command))
    before, above, pasted, below, after = mail.text.split("\n")
    assert (pasted, above, below) == (command, "", "")
    assert before.isprintable()
    assert after == "(to say no: reject for approve)"


def test_what_can_not_be_seen_in_a_mail_is_shown_by_its_escape() -> None:
    news = announcement("X", deployment="a\r\nBcc: b", at=AT, reason="\x1b[31mred\u202e")
    assert news.detail["line"] == "2026-03-03T11:30:00Z X a  Bcc: b: \\x1b[31mred\\u202e"


@given(VALUES)
@example("a" * 5000)
@example({"k" * 5000: "v"})
@drawn(40)
def test_a_problem_stays_short_whatever_the_manifest_says(value: Any) -> None:
    """A thousand characters each: what an event and a row of the ledger have room for."""
    places = {
        "tags": {"k": value},
        "model": value,
        "x": value,
        "reservation": {"plans": [value, value]},
        "scaling": value,
    }
    for given_there in [{key: member} for key, member in places.items()] + [value]:
        text = json.dumps(given_there, ensure_ascii=False)
        read = parse_manifest(text, object_name="llama-eval", priced_types=frozenset())
        assert isinstance(read, Rejection)
        problems = [problem.as_text() for problem in read.problems]
        assert max(map(len, problems)) <= LONGEST_PROBLEM
        told = deployment_rejected(deployment="a", at=AT, reason=problems[0], version="1", problems=problems)
        assert mail_of(told).text.isprintable()


@given(
    st.sampled_from(["approve", "reject"]),
    st.one_of(texts(), st.just("WHO")),
    texts(10),
    st.text("abcXYZ019+/=", min_size=1),
)
@drawn(150)
def test_the_command_that_says_yes_runs_nothing_else(decision: str, offering: str, price: str, token: str) -> None:
    """It is pasted into a shell. Only the name of whoever runs it is looked up there."""
    command = command_for(decision, offering, price, token)
    assert command.count(WHO) == 1
    words = shlex.split(command.replace(WHO, "jane"))
    assert words[:5] == ["aws", "stepfunctions", "send-task-success", "--task-token", token]
    assert words[5] == "--task-output"
    assert json.loads(words[6]) == {"decision": decision, "offering_id": offering, "price_usd": price, "who": "jane"}
    assert len(words) == 7


def page_of(text: str) -> Page:
    entries = (Entry(OPENS, "decision", text, text, {"decision": "hold"}), Entry(OPENS, "event", text, text, {}))
    return Page(
        render(
            run(
                scenario=scenario(title=f"a{text}", shows=f"a{text}"),
                entries=entries,
                endpoint_spans=(span(OPENS, CLOSES, "InService", endpoint=text, model=text, config=text),),
                verdicts=(Verdict(UNTIL, text, False, text),),
                leaks=(text,),
            )
        )
    )


@given(st.one_of(st.sampled_from(SPECIAL), texts(20), st.text("<>\"'&/=! onx", max_size=12)))
@drawn(5)
def test_no_text_adds_a_tag_or_an_attribute_to_the_report(text: str) -> None:
    assert _shape(page_of(text)) == _shape(page_of("plain"))


def _shape(page: Page) -> list[tuple[str, list[str]]]:
    assert page.open == []
    return [(tag, sorted(attributes)) for tag, attributes in page.tags]
