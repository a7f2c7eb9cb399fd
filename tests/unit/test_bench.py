"""The bench's arithmetic and words. What it measures is no test: machines differ."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rehearsal.bench.calls import Asked, by_reconcile, count
from rehearsal.bench.command import DOCUMENT, main
from rehearsal.bench.packages import pins
from rehearsal.bench.recording import Call, Invocation
from rehearsal.bench.stub import follows
from rehearsal.bench.table import Spread, placed, ratio, spread, table, verdict


def call(service: str = "sagemaker", path: str = "/", target: str = "SageMaker.DescribeEndpoint") -> Call:
    return Call(service, target.partition(".")[2], path, target, 200, (), b"{}")


def invocation(function: str, event: dict[str, Any], *calls: Call, answer: dict[str, Any] | None = None) -> Invocation:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Invocation(function, Path(function), (), {}, at, event, json.dumps(answer or {}), calls)


def claimed(holder: str, decision: dict[str, str], kind: str = "won") -> Invocation:
    return invocation("ClaimDecisionFunction", {"holder": holder, "decision": decision}, answer={"kind": kind})


def test_a_ratio_is_taken_round_by_round_so_that_a_slow_round_slows_both_sides() -> None:
    assert ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 2.0)


def test_a_spread_is_the_median_between_the_quartiles() -> None:
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == Spread(3.0, 2.0, 4.0)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0)


def test_a_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        spread([])


def test_rounds_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("value", "word"), [(0.99, "met"), (1.0, "met"), (1.01, "missed")])
def test_a_goal_is_met_up_to_its_limit(value: float, word: str) -> None:
    assert verdict(value, at_most=1.0) == word


def test_a_table_lines_up_with_its_figures_to_the_right() -> None:
    assert table(("cold start", "ms"), [("bare", 7), ("watch_plans", 250)]) == (
        "| cold start  |  ms |\n"
        "| ----------- | --: |\n"
        "| bare        |   7 |\n"
        "| watch_plans | 250 |"
    )  # fmt: skip


def test_a_table_is_put_between_its_markers_and_replaces_the_one_before() -> None:
    document = "before\n<!-- bench cold -->\n\nold\n\n<!-- /bench cold -->\nafter\n"
    once = placed(document, "bench cold", "new")
    assert once == "before\n<!-- bench cold -->\n\nnew\n\n<!-- /bench cold -->\nafter\n"
    assert placed(once, "bench cold", "new") == once


def test_a_document_without_the_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- bench cold --> followed by <!-- /bench cold -->"):
        placed("<!-- /bench cold --> <!-- bench cold -->", "bench cold", "new")


@pytest.mark.parametrize("part", ["cold", "replay", "calls"])
def test_the_document_has_a_place_for_each_table(part: str) -> None:
    assert "new" in placed(DOCUMENT.read_text(encoding="utf-8"), f"bench {part}", "new")


def test_a_reconcile_has_the_calls_of_all_that_its_holder_asked_for() -> None:
    run = [
        invocation("ObserveDeploymentFunction", {"holder": "a"}, call(), call()),
        claimed("a", {"kind": "deploy"}),
        claimed("a", {"kind": "deploy"}),
        invocation("ApplyConfigFunction", {"holder": "a"}, call(), call("dynamodb")),
        invocation("ResumeWaitersFunction", {"detail": {}}, call()),
        invocation("ObserveDeploymentFunction", {"holder": "b"}, call()),
    ]
    assert by_reconcile(run) == {"deploy": 3, "hold": 1}


def test_of_several_reconciles_of_a_kind_the_dearest_counts() -> None:
    runs = [
        invocation("ObserveDeploymentFunction", {"holder": name}, *[call()] * n)
        for name, n in zip("abc", (1, 4, 2), strict=True)
    ]
    assert by_reconcile(runs) == {"hold": 4}


def test_a_handover_is_named_by_its_rungs_and_a_lost_claim_decides_nothing() -> None:
    runs = [
        claimed("a", {"kind": "hand_over", "rung": "on_demand"}),
        claimed("a", {"kind": "hand_over", "rung": "delete"}),
        claimed("b", {"kind": "rotate"}, kind="lost"),
    ]
    assert list(by_reconcile(runs)) == ["hand_over (on_demand), then hand_over (delete)", "hold"]


def test_the_dearest_watch_is_held_against_the_fewest_pages_that_show_everything() -> None:
    watches = [invocation("WatchPlansFunction", {}, *[call()] * n) for n in (12, 11)]
    assert count(1000, watches) == Asked(1000, {}, per_watch=12)
    assert [Asked(endpoints, {}, 0).floor for endpoints in (1, 100, 101, 1000)] == [2, 2, 3, 11]


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("/", "SageMaker.DescribeEndpoint", True),
        ("/", "SageMaker.ListTags", False),
    ],
)
def test_an_operation_other_than_the_recorded_one_is_noticed(path: str, target: str, expected: bool) -> None:
    assert follows(call(), path, target) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/bucket/deployments/a.yaml", True), ("/deployments/a.yaml", True), ("/bucket/b.yaml", False)],
)
def test_an_object_is_found_with_its_bucket_in_the_path_or_in_the_host(path: str, expected: bool) -> None:
    assert follows(call("s3", "/deployments/a.yaml", ""), path, "") is expected


def test_pins_are_names_and_versions_without_hashes_and_markers() -> None:
    text = "boto3==1.43.108 \\\n    --hash=sha256:00\nsix==1.17.0 ; python_version < '4'\n# a==1\n"
    assert pins(text) == {"boto3": "1.43.108", "six": "1.17.0"}


@pytest.mark.parametrize("rounds", ["0", "-1", "many", "1.5"])
def test_rounds_have_to_be_a_whole_number_of_at_least_one(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rounds", rounds])
    assert "give a whole number of rounds, 1 or more" in capsys.readouterr().err
