"""Which objects of the bucket nobody has read yet, and which keys are a manifest's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from berth_core.decide.unread import ObjectBrief, Unread, object_mark, unread
from berth_core.decide.watch import DeploymentBrief
from berth_core.manifest_keys import MOST_BYTES, deployment_of, is_candidate, key_of, object_in, way_out

KEY = "deployments/llama-eval.yaml"


def listed(key: str = KEY, mark: str = "first") -> ObjectBrief:
    return ObjectBrief(key=key, mark=mark)


def registered(mark: str = "first", *, removed: bool = False) -> DeploymentBrief:
    return DeploymentBrief(name="llama-eval", plans=(), object_mark=mark, removed=removed)


def test_what_is_in_force_or_was_refused_is_not_read_again() -> None:
    assert unread([listed()], [registered()], {}) == Unread(keys=(), stale=())
    assert unread([listed()], [], {KEY: "first"}) == Unread(keys=(), stale=())
    assert unread([listed(mark="second")], [registered()], {KEY: "second"}) == Unread(keys=(), stale=())


def test_what_is_new_changed_or_back_is_read() -> None:
    assert unread([listed()], [], {}).keys == (KEY,)
    assert unread([listed(mark="second")], [registered()], {}).keys == (KEY,)
    assert unread([listed()], [registered(removed=True)], {}).keys == (KEY,)
    assert unread([listed(mark="third")], [registered()], {KEY: "second"}).keys == (KEY,)


def test_what_is_gone_is_looked_for_once() -> None:
    assert unread([], [registered()], {}).keys == (KEY,)
    assert unread([], [registered(removed=True)], {}).keys == ()


def test_a_refusal_of_what_is_gone_is_forgotten() -> None:
    assert unread([], [], {KEY: "first"}) == Unread(keys=(), stale=(KEY,))


def test_what_marks_a_folder_is_nobodys_manifest() -> None:
    assert unread([listed("deployments/"), listed("deployments/old/")], [], {}).keys == ()


def test_a_mark_is_the_same_however_s3_writes_it() -> None:
    at = datetime(2026, 3, 2, 9, 0, 5, 250_000, tzinfo=UTC)
    assert object_mark('"abc"', at) == object_mark("abc", at.replace(microsecond=0)) == "abc@2026-03-02T09:00:05Z"


@pytest.mark.parametrize(
    ("key", "deployment"),
    [
        (KEY, "llama-eval"),
        ("deployments/a.b.yaml", "a.b"),
        ("deployments/llama-eval.yml", None),
        ("deployments/team/llama-eval.yaml", None),
        ("deployments/.yaml", None),
        ("deployments/deployments/x.yaml", None),
        ("llama-eval.yaml", None),
        ("other/llama-eval.yaml", None),
    ],
)
def test_only_a_yaml_file_right_in_the_folder_is_a_manifest(key: str, deployment: str | None) -> None:
    assert deployment_of(key) == deployment
    assert deployment is None or key_of(deployment) == key


def test_a_key_that_the_ledger_has_no_room_for_is_left_alone() -> None:
    assert is_candidate("deployments/" + "x" * (MOST_BYTES - 12))
    assert not is_candidate("deployments/" + "x" * (MOST_BYTES - 11))
    assert not is_candidate("notes/llama-eval.yaml")


@pytest.mark.parametrize("key", ["deployments/\ud800.yaml", "deployments/a\udfff"])
def test_half_a_character_is_in_nobodys_key(key: str) -> None:
    assert not is_candidate(key)


PLACE = {"bucket": {"name": "b"}, "object": {"key": "deployments/a.yaml"}}


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"detail": PLACE}, ("b", "deployments/a.yaml")),
        ({"detail": {**PLACE, "object": {"key": 7}}}, ("b", "")),
        ({"detail": {**PLACE, "object": None}}, ("b", "")),
        ({"detail": {**PLACE, "bucket": "b"}}, ("", "deployments/a.yaml")),
        ({"detail": [PLACE]}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_an_event_of_any_shape_names_an_object_or_nothing(event: dict[str, Any], named: tuple[str, str]) -> None:
    assert object_in(event) == named


@pytest.mark.parametrize(
    ("key", "to"),
    [
        ("deployments/x.yml", "deployments/x.yaml"),
        ("deployments/team/x.yaml", "deployments/x.yaml"),
        ("deployments/.yaml", "deployments/<name>.yaml"),
    ],
)
def test_the_way_out_names_the_key_that_would_be_read(key: str, to: str) -> None:
    assert way_out(key).endswith(f"put it as {to}, and delete this one")
