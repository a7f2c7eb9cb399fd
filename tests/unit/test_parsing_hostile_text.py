"""Text that no friend wrote, or a tired one: refused in words, and never an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.manifest import Manifest
from berth_core.parsing import MOST_PROBLEMS, Rejection, parse_manifest
from tests.manifest_samples import EXAMPLE_WITH_MODEL, SMALL, small_with


def parse(text: str) -> Manifest | Rejection:
    return parse_manifest(text, object_name="llama-eval", priced_types=None)


def refused(text: str) -> list[str]:
    read = parse(text)
    assert isinstance(read, Rejection)
    return read.as_text().splitlines()


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
HOSTILE = [
    ("", 1, "is empty"),
    ("# nothing but a comment\n", 1, "is empty"),
    (BOMB, 1, "holds an anchor (&) or alias (*), which are not allowed: write the value out"),
    ("\nname: *other", 2, "holds an anchor (&) or alias (*)"),
    ("&a a: *a", 1, "holds an anchor (&) or alias (*)"),
    ("x: !!python/object/apply:os.system [id]", 1, "holds a tag (!), which is not allowed: write the plain value"),
    ("version: !!int 1", 1, "holds a tag (!)"),
    ("x: ! y", 1, "holds a tag (!)"),
    ("a:\n" + "- " * 30 + "x", 2, "is nested deeper than 20 levels"),
    ("[" * 100_000, 1, "is nested deeper than 20 levels"),
    ("{a: " * 60_000, 1, "is nested deeper than 20 levels"),
    ("a: 1\n---\nb: 2", 2, "a manifest is one document, and a second one begins here"),
    ("a: [1", 1, "is not valid YAML"),
    ("a: b: c", 1, "is not valid YAML: mapping values are not allowed here"),
    ("a: 1\n\tb: 2", 2, "is not valid YAML"),
    ("? [a]\n: b", 1, "has a list or a mapping as a key"),
    ("a: \x00", 1, "holds a character that YAML doesn't allow"),
    ("a: 1\nb: \x07", 2, "holds a character that YAML doesn't allow"),
    ('"\\UFFFFFFFF": 1', 1, "a number or an escape in it is out of range"),
    (f"%YAML 1.{'9' * 5000}\n---\na: 1", 1, "a number or an escape in it is out of range"),
    ("a: " + "x" * 262_144, 1, "is larger than 256 KiB"),
    ("é" * 131_073, 1, "is larger than 256 KiB"),
    ("a: 1\n" * 12_000, 10_000, "holds more than 20000 keys and values: a manifest is a page or two"),
]


@pytest.mark.parametrize(
    ("text", "line", "words"), HOSTILE, ids=[f"{text[:20]!r}: {words}" for text, _, words in HOSTILE]
)
def test_hostile_text_is_refused_in_one_line(text: str, line: int, words: str) -> None:
    (problem,) = refused(text)
    assert problem.startswith(f"line {line}: the manifest ")
    assert words in problem


def test_a_manifest_too_large_to_travel_through_a_state_machine_is_refused() -> None:
    assert isinstance(parse(small_with(f"smoke_test: {{body: {'x' * 90_000}}}")), Manifest)
    (problem,) = refused(small_with(f"smoke_test: {{body: {'x' * 110_000}}}"))
    assert "takes 108 KiB with all its defaults, and may take 96: make it shorter" in problem


def test_a_long_key_is_cut_where_it_is_named() -> None:
    problems = refused(small_with(f"{'k' * 900}: x\ntags: {{{'t' * 900}: v}}"))
    assert len(problems) == 2
    assert max(map(len, problems)) < 700


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert any(
        line.startswith("line 7: ['<<'] is not a key of this block") for line in refused(small_with("<<: {a: b}"))
    )


def test_a_flood_of_problems_is_cut() -> None:
    lines = refused(SMALL + "".join(f"key{number}: x\n" for number in range(MOST_PROBLEMS + 5)))
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "line 211: the manifest has 5 more problems"


# --- properties -----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *SMALL.split("\n"),
        *EXAMPLE_WITH_MODEL.split("\n"),
        "a: &a",
        "*a",
        "!!x",
        "? ",
        "- ",
        "[",
        "{",
        '"\\ud800"',
        "---",
        "...",
    ]
)
MUTANTS = st.lists(PIECES, max_size=30).map("\n".join)


def assert_well_told(text: str) -> None:
    read = parse(text)
    if isinstance(read, Manifest):
        return
    lines = max(1, len(text.splitlines()))
    assert read.problems
    assert all(1 <= problem.line <= lines for problem in read.problems)
    assert len(read.as_text().splitlines()) == len(read.problems)
    assert read.as_text().encode()


@given(st.text(max_size=200))
def test_any_text_is_a_manifest_or_a_rejection(text: str) -> None:
    assert_well_told(text)


@given(MUTANTS)
def test_any_mix_of_a_manifests_lines_is_a_manifest_or_a_rejection(text: str) -> None:
    assert_well_told(text)


@given(st.integers(0, len(EXAMPLE_WITH_MODEL)), st.characters())
def test_a_slip_of_the_finger_is_a_manifest_or_a_rejection(place: int, slip: str) -> None:
    assert_well_told(EXAMPLE_WITH_MODEL[:place] + slip + EXAMPLE_WITH_MODEL[place + 1 :])
