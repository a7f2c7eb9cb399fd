"""The shell around a function: parse, name, run, dump."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from berth_core.decisions import Hold
from berth_core.errors import BusyError, RefusedError
from berth_shell.entry import entry, log_keys
from berth_shell.requests import Turn
from berth_shell.settings import Environment, LedgerSettings

ROOT = Path(__file__).parents[2]
EVENT = {"deployment": "llama-eval", "holder": "execution-1"}
NEXT = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
HOLD = Hold(code="WaitingForPlan", reason="plan p5-for-eval is Scheduled", next_at=NEXT)


def context(name: str) -> Any:
    return SimpleNamespace(function_name=name, aws_request_id="request-1")


def answering(answer: Hold | Exception) -> Callable[[dict[str, Any], Any], Any]:
    @entry(Turn, Environment)
    def handler(_request: Turn, _settings: Environment) -> Hold:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


def test_the_answer_is_plain_json() -> None:
    answer = answering(HOLD)(EVENT, context("plain"))
    assert json.loads(json.dumps(answer)) == {
        "kind": "hold",
        "code": "WaitingForPlan",
        "reason": "plan p5-for-eval is Scheduled",
        "next_at": "2026-03-03T11:30:00Z",
        "adopt": None,
    }


def test_one_line_says_who_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    answering(HOLD)({**EVENT}, context("one-line"))
    line = json.loads(capsys.readouterr().out)
    assert line["message"] == "done"
    assert line["deployment"] == "llama-eval"
    assert line["holder"] == "execution-1"
    assert line["code"] == "WaitingForPlan"
    assert line["request_id"] == "request-1"


def test_an_error_passes_through_unchanged_and_leaves_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    error = BusyError("Rate exceeded")
    with pytest.raises(BusyError) as raised:
        answering(error)(EVENT, context("failing"))
    assert raised.value is error
    line = json.loads(capsys.readouterr().out)
    assert (line["message"], line["error"], line["reason"]) == ("failed", "BusyError", "Rate exceeded")


def test_an_input_that_cannot_be_read_is_refused_by_the_name_of_its_field() -> None:
    with pytest.raises(RefusedError, match=r"holder: Field required; deploymnt: Extra inputs are not permitted"):
        answering(HOLD)({"deployment": "llama-eval", "deploymnt": "x"}, context("unread"))


def test_what_an_event_holds_beyond_its_names_is_never_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RefusedError):
        answering(HOLD)({**EVENT, "secret": "hunter2"}, context("discreet"))
    assert "hunter2" not in capsys.readouterr().out


def test_settings_are_read_at_the_first_call_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    @entry(Turn, LedgerSettings)
    def handler(_request: Turn, settings: LedgerSettings) -> Hold:
        seen.append(settings.ledger_table)
        return HOLD

    for table in ("first", "second"):
        monkeypatch.setenv("BERTH_LEDGER_TABLE", table)
        handler(EVENT, context("lazy"))
    assert seen == ["first", "first"]


def test_a_decision_inside_a_request_is_named_in_the_log() -> None:
    class Request(Turn):
        decision: Hold

    keys = log_keys(Request(deployment="llama-eval", holder="execution-1", decision=HOLD))
    assert keys["decision_code"] == "WaitingForPlan"


def test_the_collector_rests_until_the_first_answer_and_works_from_then_on() -> None:
    script = """
import gc, sys
sys.path[:0] = ["layers/core", "layers/shell"]
from berth_shell import entry, requests, settings
states = [gc.isenabled()]
handler = entry.entry(requests.Turn, settings.Environment)(lambda request, _settings: request)
handler({"deployment": "llama-eval", "holder": "execution-1"}, None)
states += [gc.isenabled(), gc.get_freeze_count() > 0]
sys.exit(0 if states == [False, True, True] else str(states))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
