"""What every file in the repository keeps to."""

import ast
import json
import re
from pathlib import Path

import pytest

from tests.arch.project import ROOT, function_folders, relative, tracked_files

MODULE_LINES = 300
FUNCTION_LINES = 40
HANDLER_LINES = 25
OUR_ACCOUNT = "111122223333"
TEXT = (".py", ".md", ".yaml", ".yml", ".json", ".toml", ".txt", ".in", ".html", ".css", ".js", ".sh", "")
MACHINE_PATH = re.compile(r"(?:^|[^\w.])/(?:root|work|farm|home/\w+|tmp/[a-z]+)/")
REGISTRY_HOST = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org")
# In an ARN, a queue's address, or under a key that says so.
ACCOUNT_ID = re.compile(r"(?:(?<=:)|(?<=amazonaws\.com/)|(?<=account\": \"))\d{12}(?!\w)")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_modules_are_small() -> None:
    lengths = {relative(path): len(_lines(path)) for path in tracked_files(".py")}
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_are_small() -> None:
    lengths = {
        f"{relative(path)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in tracked_files(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_handlers_parse_call_one_thing_and_dump() -> None:
    files = {folder: ROOT / "functions" / folder / "app.py" for folder in function_folders()}
    lengths = {folder: len([line for line in _lines(path) if line]) for folder, path in files.items()}
    assert lengths
    assert {folder: lines for folder, lines in lengths.items() if lines > HANDLER_LINES} == {}


@pytest.mark.parametrize("path", tracked_files(".json"), ids=relative)
def test_every_json_file_parses(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8")) is not None


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST, ACCOUNT_ID], ids=["path", "registry", "account"])
def test_no_file_knows_this_machine_a_registry_or_somebodys_account(pattern: re.Pattern[str]) -> None:
    found = {relative(path): set(pattern.findall(path.read_text(encoding="utf-8"))) for path in tracked_files(*TEXT)}
    assert {path: names for path, names in found.items() if names - {OUR_ACCOUNT}} == {}
