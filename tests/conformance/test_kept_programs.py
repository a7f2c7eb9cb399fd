"""A machine that was kept is the machine that was parsed, whatever happened to its file."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from rehearsal.kept_programs import WORTH_CHARACTERS, program

LONG = json.dumps({"Comment": "x" * WORTH_CHARACTERS})


class Parser:
    """Notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, definition: str) -> Any:
        self.asked.append(definition)
        return {"of": definition}


@pytest.fixture
def parser() -> Parser:
    return Parser()


def test_it_is_parsed_once(tmp_path: Path, parser: Parser) -> None:
    found = [program(LONG, parser, tmp_path) for _ in range(3)]
    assert (found, parser.asked) == ([{"of": LONG}] * 3, [LONG])


def test_another_machine_is_another_file(tmp_path: Path, parser: Parser) -> None:
    program(LONG, parser, tmp_path)
    assert program(f"{LONG} ", parser, tmp_path) == {"of": f"{LONG} "}


def test_a_short_one_is_not_kept(tmp_path: Path, parser: Parser) -> None:
    program("{}", parser, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", pickle.dumps({"of": LONG})[:-9], b"no pickle"], ids=["empty", "cut", "other"])
def test_a_spoilt_file_is_made_anew(tmp_path: Path, parser: Parser, content: bytes) -> None:
    program(LONG, parser, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert program(LONG, parser, tmp_path) == {"of": LONG}
    assert pickle.loads(file.read_bytes()) == {"of": LONG}


def test_what_is_refused_is_refused_each_time(tmp_path: Path) -> None:
    def refuse(_definition: str) -> Any:
        raise ValueError("no state machine")

    for _ in range(2):
        with pytest.raises(ValueError, match="no state machine"):
            program(LONG, refuse, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_costs_time_and_nothing_else(tmp_path: Path, parser: Parser) -> None:
    (tmp_path / "file").write_text("")
    assert program(LONG, parser, tmp_path / "file") == {"of": LONG}
