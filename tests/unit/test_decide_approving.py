"""A yes: until when it is of use, and what is said and kept of everything that is none."""

import json
from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.approving import answered, with_answer
from tests.purchase_builders import DAY, NOW, START, asked, extension_order, order

MINUTE = timedelta(minutes=1)
YES: dict[str, Any] = {"decision": "approve", "offering_id": "tpo-a", "price_usd": "900.00", "who": "jane"}


def test_a_plan_is_asked_about_until_shortly_before_it_starts() -> None:
    assert asked(order()).expires_at == START - 30 * MINUTE


def test_an_extension_begins_with_no_block_of_its_own_so_its_answer_is_of_use_until_the_call_comes_too_late() -> None:
    assert asked(extension_order(answer_by=NOW + 2 * DAY)).expires_at == NOW + 2 * DAY
    assert asked(extension_order(answer_by=NOW + 9 * DAY)).expires_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({**YES, "price_usd": "a lot"}, "(price_usd: "),
        ({key: value for key, value in YES.items() if key != "who"}, "(who: Field required)"),
        ({"decision": "approve"}, "(offering_id: Field required; price_usd: Field required; who: Field required)"),
    ],
)
def test_of_an_answer_that_cannot_be_read_each_wrong_key_is_told(said: Any, told: str) -> None:
    answer = answered(asked(order()), said, NOW)
    assert isinstance(answer, tuple)
    assert answer[0] == "ApprovalInvalid"
    assert told in answer[1]


def test_a_yes_counts_until_the_moment_at_which_it_lapses() -> None:
    approval = asked(order())
    assert not isinstance(answered(approval, YES, approval.expires_at - timedelta(seconds=1)), tuple)
    late = answered(approval, YES, approval.expires_at)
    assert late == ("ApprovalLapsed", "the yes of jane came after 2026-03-03 11:00 UTC: too late is a no")


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_of_an_answer_is_kept_what_it_was_and_when_it_came(decision: str) -> None:
    kept = with_answer(asked(order()), {**YES, "decision": decision}, NOW + MINUTE)
    assert kept.answered_at == NOW + MINUTE
    assert kept.answer
    assert (kept.answer.decision, kept.answer.who) == (decision, "jane")


def test_so_it_is_of_a_yes_that_counts() -> None:
    approval = answered(asked(order()), YES, NOW + MINUTE)
    assert not isinstance(approval, tuple)
    assert (approval.answered_at, approval.answer and approval.answer.who) == (NOW + MINUTE, "jane")


@pytest.mark.parametrize("said", [{"yes": True}, "yes", ["yes"], 1, {"decision": "approve", "why": "x" * 5000}])
def test_of_what_cannot_be_read_the_text_is_kept_as_far_as_anybody_would_read_it(said: Any) -> None:
    kept = with_answer(asked(order()), said, NOW + MINUTE)
    assert (kept.answer, kept.answered_at) == (None, NOW + MINUTE)
    assert kept.unreadable == json.dumps(said)[:1000]


@pytest.mark.parametrize("said", [None, {"unanswered": True}])
def test_of_silence_nothing_is_kept(said: Any) -> None:
    assert with_answer(asked(order()), said, NOW) == asked(order())


@pytest.mark.parametrize("first", [YES, {"yes": True}])
def test_what_was_kept_first_stays(first: Any) -> None:
    kept = with_answer(asked(order()), first, NOW)
    assert with_answer(kept, {**YES, "who": "ada"}, NOW + MINUTE) == kept
