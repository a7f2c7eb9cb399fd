"""The lines that people read: on the terminal, in transcripts and in the report."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from rehearsal import terminal
from rehearsal.run import Verdict
from rehearsal.story import Line, lines
from rehearsal.timeline import Entry
from rehearsal.transcript import transcript
from tests.unit.made_up_run import NAME, OPENS, UNTIL, run


def line_of(kind: str, subject: str, text: str, **more: Any) -> Line:
    (line,) = lines([Entry(OPENS, kind, subject, text, more)])
    return line


def test_a_decision_is_told_by_its_own_verb_its_rung_and_its_reason() -> None:
    told = line_of("decision", NAME, "hand_over: it closes", decision="hand_over", rung="on_demand", reason="it closes")
    assert (told.actor, told.kind, told.text, told.tone) == ("berth", "hand over: on demand", "it closes", "acting")


@pytest.mark.parametrize(
    ("kind", "more", "tone"),
    [
        ("decision", {"decision": "deploy"}, "acting"),
        ("decision", {"decision": "hold"}, "holding"),
        ("decision", {"decision": "refuse", "code": "TooMany"}, "trouble"),
        ("decision", {"decision": "refuse", "code": "NoPlace"}, "holding"),
        ("event", {"detail_type": "Endpoint Deployed"}, "plain"),
        ("fault", {}, "trouble"),
        ("request", {"error": "gone"}, "trouble"),
        ("request", {"failed": 3}, "trouble"),
        ("state", {"status": "Active"}, "plain"),
    ],
)
def test_the_tone_of_a_line_follows_from_what_happened(kind: str, more: dict[str, Any], tone: str) -> None:
    assert line_of(kind, f"endpoint/{NAME}", "text", **more).tone == tone


def test_bad_news_sounds_like_trouble() -> None:
    assert line_of("event", NAME, "Handover Failed: no capacity", detail_type="Handover Failed").tone == "trouble"


def test_resources_are_called_by_their_names_and_executions_by_their_machine() -> None:
    assert line_of("state", "endpoint/llama-eval", "InService", status="InService").subject == "llama-eval"
    assert line_of("state", "berth-endpoint-deploy/12", "failed", status="FAILED").subject == "berth-endpoint-deploy"


@pytest.mark.parametrize(
    ("kind", "subject", "more"),
    [
        ("api", "endpoint/llama-eval", {}),
        ("notification", "berth-notifications", {}),
        ("event", NAME, {"detail_type": "Decision Held"}),
        ("error", "berth-apply-config", {"error": "Runtime.ExitError"}),
        ("state", "berth-endpoint-deploy/12", {"status": "RUNNING"}),
        ("state", "berth-endpoint-deploy/12", {"status": "SUCCEEDED"}),
    ],
)
def test_what_repeats_other_lines_is_not_told(kind: str, subject: str, more: dict[str, Any]) -> None:
    assert lines([Entry(OPENS, kind, subject, "text", more)]) == ()


def test_lines_are_numbered_as_they_are_told() -> None:
    entries = [
        Entry(OPENS + timedelta(minutes=n), kind, NAME, "text") for n, kind in enumerate(["api", "event", "event"])
    ]
    assert [line.number for line in lines(entries)] == [1, 2]


def test_a_transcript_tells_the_story_the_figures_and_the_verdicts() -> None:
    told = transcript(
        run(verdicts=(Verdict(UNTIL, "no failed requests", False, "7"),), leaks=("endpoint a",))
    ).splitlines()
    assert told[0] == "made-up: One week on reserved p5 capacity"
    assert (
        "03-03 11:32:00  berth   deploy        llama-eval: plan p5-for-eval is Active with 2 of 2 instances free"
        in told
    )
    assert any(line.startswith("llama-eval: 733200 served, 0 failed; 14190 instance-minutes reserved") for line in told)
    assert told[-2:] == ["NOT HELD: no failed requests (found: 7)", "LEFT BEHIND: endpoint a"]


def test_ids_that_are_drawn_are_left_out_of_transcripts() -> None:
    entry = Entry(
        OPENS, "event", NAME, "version f5d8fb91-ee60-41ac-add0-622e266bf2ea is in force, llama-eval-72886717-x1 too"
    )
    assert "llama-eval: version <id> is in force, llama-eval-72886717-x1 too" in transcript(run(entries=(entry,)))


def shown(**settings: Any) -> str:
    out = Console(file=io.StringIO(), width=terminal.WIDTH, highlight=False, **settings)
    terminal.show(out, run(verdicts=(Verdict(UNTIL, "no failed requests", True),)))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_without_a_terminal_the_output_is_plain_text_of_a_hundred_columns() -> None:
    text = shown()
    assert "\x1b" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    assert "1 of 1 expectations held, nothing left behind." in text


def test_no_color_is_respected_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;34m" in shown(force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;34m" not in shown(force_terminal=True, color_system="standard")


def test_markup_in_names_is_printed_as_it_is() -> None:
    out = Console(file=io.StringIO(), width=100)
    terminal.show(out, run(entries=(Entry(OPENS, "event", "[bold]x[/bold]", "[red]y"),)))
    assert isinstance(out.file, io.StringIO)
    assert "[bold]x[/bold]  [red]y" in out.file.getvalue()
