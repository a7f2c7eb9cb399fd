"""docs/fidelity.md names every setting and every patch, and nothing that isn't there."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from rehearsal.settings import Settings, Timings
from tests.conformance.real_server import ROOT

PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
_HEAD = "| behaviour | source, or assumption | setting | where | shown by |"
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\[([^\]]+)\]|\[([a-z0-9-]+)\](?![\[(:])")


def fields(model: type[BaseModel], prefix: str = "") -> set[str]:
    return {f"{prefix}{name}" for name in model.model_fields}


SETTINGS = fields(Settings) | fields(Timings, "timings.")


def rows() -> list[list[str]]:
    """The cells of each behaviour: behaviour, source, setting, where, shown by."""
    return [row for part in PAGE.split(_HEAD)[1:] for row in cells(part.partition("\n\n")[0])]


def cells(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def settings_table() -> dict[str, list[str]]:
    table = PAGE.partition("## The settings")[2].partition("\n## ")[0]
    return {name: row for row in cells(table) for name in _CODE.findall(row[0])}


def test_every_setting_has_its_row_and_no_row_is_left_over() -> None:
    assert settings_table().keys() == SETTINGS


@pytest.mark.parametrize("name", sorted(SETTINGS - {"timings"}))
def test_a_settings_default_is_the_one_on_the_page(name: str) -> None:
    outer, _, inner = name.partition(".")
    told = Settings().model_dump(mode="json")[outer]
    default = told[inner] if inner else told
    written = f"{default:g}" if isinstance(default, float) else str(default)
    shown = settings_table()[name][2].strip("`")
    assert shown == (written.lower() if isinstance(default, bool) else written)


def test_a_row_names_only_settings_that_there_are() -> None:
    assert {name for row in rows() for name in _CODE.findall(row[2])} <= SETTINGS


def test_every_row_is_complete_and_has_a_source() -> None:
    assert [row for row in rows() if len(row) != 5 or not (row[0] and row[1] and row[3] and row[4])] == []


def test_every_module_and_test_that_is_named_exists() -> None:
    named = [ROOT / "rehearsal" / name for row in rows() for name in _CODE.findall(row[3])]
    named += [ROOT / "tests" / "conformance" / name for row in rows() for name in _CODE.findall(row[4])]
    named += [ROOT / name for name in _CODE.findall(PAGE) if name.startswith(("rehearsal/", "tests/", "events/"))]
    assert [str(path.relative_to(ROOT)) for path in named if not path.exists()] == []


def test_every_patch_is_named() -> None:
    patches = {path.name for path in (ROOT / "rehearsal" / "patches").glob("*.py")} - {"__init__.py"}
    named = {name for row in rows() for name in _CODE.findall(row[3])}
    assert {patch for patch in patches if f"patches/{patch}" not in named} == set()


def test_every_link_and_every_section_of_the_facts_is_there() -> None:
    targets = set(re.findall(r"^\[([^\]]+)\]: https://", PAGE, re.MULTILINE))
    used = {first or second for first, second in _LINK.findall(PAGE)}
    assert used == targets
    facts = (ROOT / "docs" / "aws-facts.md").read_text(encoding="utf-8")
    sections = re.findall(r"\bfacts ([\d., ]*\d)", PAGE)
    numbers = {number for written in sections for number in re.findall(r"\d+(?:\.\d+)?", written)}
    assert {number for number in numbers if f"**{number}" not in facts and f"\n## {number}." not in facts} == set()
