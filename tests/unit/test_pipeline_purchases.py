"""A purchase in a pipeline: what its action says, and what its manual approval answers."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core import purchase_steps
from berth_core.decide.approving import answered
from berth_core.decide.pipeline_purchases import (
    PurchaseAnswered,
    action_changed,
    purchase_answered,
    purchases_answered,
    reply_to_purchase,
)
from berth_core.decide.pipelines import wish_of
from berth_core.pipelines import ActionChanged, ApprovalSeen, Continue, ExecutionSeen, Job, JobDone, JobFailed, JobWish
from berth_core.purchases import Purchase
from tests.purchase_builders import NOW, START, asked, extension_order, order, purchase
from tests.unit.test_decide_pipelines import sample

ARN = "arn:aws:states:us-east-1:111122223333:execution:berth-plan-purchase:job-1"
JANE = "arn:aws:sts::111122223333:assumed-role/people/jane"
CHANGED = ActionChanged(pipeline="buy", execution_id="1", stage="Approval", action="Approve")
REQUIRED = order(approval="required")


# --- the job --------------------------------------------------------------------------------------------------------


def wish(**parameters: Any) -> JobWish | JobFailed:
    return wish_of(Job(id="1", parameters=json.dumps({"machine": "plan_purchase", **parameters})))


def test_a_job_may_ask_for_a_purchase_without_a_deployment() -> None:
    given = {"search": {"instance_type": "ml.p5.48xlarge", "hours": 24}, "max_price_usd": "9000.00"}
    asked = JobWish(machine="plan_purchase", given={**given, "approval": "required"})
    assert wish(**given) == asked
    assert wish(**given, approval="required") == asked


def test_a_job_is_asked_about_also_where_the_manifest_asks_nobody() -> None:
    found = wish(deployment="llama-eval")
    assert isinstance(found, JobWish)
    assert found.given == {"deployment": "llama-eval", "approval": "required"}


def test_a_job_cannot_waive_the_approval() -> None:
    refused = wish(max_price_usd="1", approval="none")
    assert isinstance(refused, JobFailed)
    assert refused.type == "ConfigurationError"
    assert "leave approval out" in refused.message


def test_a_job_may_follow_what_another_has_started() -> None:
    assert wish(execution=ARN) == JobWish(machine="plan_purchase", given={}, follows=ARN)


def running(status: str = "RUNNING", **over: Any) -> ExecutionSeen:
    return ExecutionSeen(arn=ARN, status=status, **over)


def waiting(ordered: Any = REQUIRED, **over: Any) -> Purchase:
    approval = asked(ordered).model_copy(update={"token": "token", **over})
    return purchase(ordered, approval=approval, holder=ARN)


def test_the_action_ends_with_the_exact_offer_once_somebody_is_asked() -> None:
    reply = reply_to_purchase(running(), waiting())
    assert isinstance(reply, JobDone)
    assert "900.00 USD" in reply.summary
    shown = json.loads(reply.variables["custom_data"])
    assert (shown["request_id"], shown["offering_id"], shown["price_usd"]) == ("me", "tpo-a", "900.00")
    assert shown["offer"].startswith("buy plan p5: tpo-a (")
    assert (reply.variables["execution"], reply.variables["plan"]) == (ARN, "p5")
    assert reply.variables["expires_at"] == "2026-03-03 11:00 UTC"


@pytest.mark.parametrize("said", [{"decision": "reject"}, {"decision": "approve", "who": "jane"}])
def test_once_anything_was_answered_nobody_is_asked_any_more(said: Any) -> None:
    assert reply_to_purchase(running(), purchase_steps.told_answer(waiting(), said, NOW)) == Continue(token=ARN)


def test_an_extension_is_shown_as_one() -> None:
    reply = reply_to_purchase(running(), waiting(extension_order(approval="required")))
    assert isinstance(reply, JobDone)
    assert reply.variables["offer"].startswith("extend plan p5: ")


def test_what_is_shown_fits_into_custom_data() -> None:
    reply = reply_to_purchase(running(), waiting(seen="x" * 5000))
    assert isinstance(reply, JobDone)
    assert len(reply.variables["custom_data"]) <= 1000
    assert len(reply.summary) <= 2048


@pytest.mark.parametrize("found", [None, purchase(order(), holder=ARN), waiting(token="")])
def test_before_anybody_is_asked_the_action_goes_on(found: Purchase | None) -> None:
    assert reply_to_purchase(running(), found) == Continue(token=ARN)


def test_a_purchase_that_ended_before_anybody_was_asked_says_how() -> None:
    failed = reply_to_purchase(running("FAILED", error="OverPrice", cause="too dear"), waiting())
    assert isinstance(failed, JobFailed)
    assert "OverPrice: too dear" in failed.message
    found = reply_to_purchase(running("SUCCEEDED", output={"kind": "done", "reason": "there", "plan_arn": "a"}), None)
    assert isinstance(found, JobDone)
    assert found.variables["plan_arn"] == "a"


# --- the event ------------------------------------------------------------------------------------------------------


def test_of_the_event_only_the_actions_name_is_taken() -> None:
    changed = action_changed(sample("codepipeline-approval-answered"))
    assert isinstance(changed, ActionChanged)
    assert (changed.pipeline, changed.stage, changed.action) == ("buy-p5", "Approval", "Approve")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail": None},
        {"detail": {"type": None}},
        {"detail": {"type": {"category": "Deploy"}}},
        {"detail": {"type": {"category": "Approval"}}},
        {"detail": {"type": {"category": "Approval"}, "pipeline": 5}},
    ],
)
def test_another_event_is_left_with_the_reason(event: dict[str, Any]) -> None:
    assert isinstance(action_changed(event), str)


# --- the answer -----------------------------------------------------------------------------------------------------


def custom_data(**over: Any) -> str:
    return json.dumps({"request_id": "me", "offering_id": "tpo-a", "price_usd": "900.00", "offer": "buy p5", **over})


def listed(status: str = "Succeeded", **over: Any) -> ApprovalSeen:
    fields: dict[str, Any] = {"custom_data": custom_data(), "updated_by": JANE, "ended_at": NOW}
    return ApprovalSeen(status=status, **(fields | over))


def test_an_approval_answers_with_who_when_and_what_was_seen() -> None:
    found = purchase_answered(CHANGED, listed())
    assert isinstance(found, PurchaseAnswered)
    answer = found.answer
    assert (found.request_id, answer.decision, answer.offering_id) == ("me", "approve", "tpo-a")
    assert (answer.price_usd, answer.who, answer.said_at) == (Decimal("900.00"), JANE, NOW)
    assert answer.through == "buy/Approval/Approve, execution 1"
    assert answer.saw == custom_data()


def test_a_rejected_or_expired_approval_is_a_no() -> None:
    by_jane, by_nobody = (purchase_answered(CHANGED, listed("Failed", updated_by=who)) for who in (JANE, ""))
    assert isinstance(by_jane, PurchaseAnswered)
    assert isinstance(by_nobody, PurchaseAnswered)
    assert [each.answer.decision for each in (by_jane, by_nobody)] == ["reject", "reject"]
    assert by_nobody.answer.who == "somebody whom CodePipeline does not name"


@pytest.mark.parametrize(("who", "told"), [("", "whoever"), (JANE, f"({JANE})")])
def test_a_run_that_was_stopped_or_superseded_leaves_a_no_that_says_so(who: str, told: str) -> None:
    """Nobody can answer its approval any more: no new purchase could begin until the request lapses."""
    found = purchase_answered(CHANGED, listed("Abandoned", updated_by=who))
    assert isinstance(found, PurchaseAnswered)
    assert found.answer.decision == "reject"
    assert "stopped or superseded" in found.answer.who
    assert told in found.answer.who
    assert found.answer.through == CHANGED.text


def test_who_said_yes_may_stand_in_codepipelines_own_words_alone() -> None:
    found = purchase_answered(CHANGED, listed(updated_by="", summary=f"Approved by {JANE}"))
    assert isinstance(found, PurchaseAnswered)
    assert found.answer.who == JANE
    assert found.answer.through == "buy/Approval/Approve, execution 1; the name is from the approval's summary alone"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (None, "lists no"),
        (listed("InProgress"), "no answer"),
        (listed(updated_by=""), "doesn't say who"),
        (listed(updated_by="", summary="fine by me"), "doesn't say who"),
        (listed(updated_by="", summary=f"Approved by {JANE} on the phone"), "doesn't say who"),
        (listed(updated_by="", summary=f"I was told: Approved by {JANE}"), "doesn't say who"),
        (listed(updated_by="", summary=f"Approved by {JANE}\n"), "doesn't say who"),
        (listed(updated_by="", summary=f"Rejected by {JANE}"), "doesn't say who"),
        (listed(updated_by="", summary="Approved by arn:of:the-cfo"), "doesn't say who"),
        (listed(custom_data=""), "names no purchase"),
        (listed(custom_data="please look"), "names no purchase"),
        (listed(custom_data="{}"), "names no purchase"),
        (listed(custom_data=custom_data(price_usd="NaN")), "names no purchase"),
        (listed(custom_data=custom_data(more="x")), "names no purchase"),
    ],
)
def test_what_is_no_answer_is_none(seen: ApprovalSeen | None, told: str) -> None:
    left = purchase_answered(CHANGED, seen)
    assert isinstance(left, str)
    assert told in left


@pytest.mark.parametrize("over", [{"offering_id": "tpo-b"}, {"price_usd": "900.01"}])
def test_an_approval_of_another_offer_or_price_is_a_no_where_it_arrives(over: dict[str, str]) -> None:
    found = purchase_answered(CHANGED, listed(custom_data=custom_data(**over)))
    assert isinstance(found, PurchaseAnswered)
    no = answered(asked(REQUIRED), found.answer.model_dump(mode="json"), NOW)
    assert isinstance(no, tuple)
    assert no[0] == "ApprovalInvalid"


def test_an_approval_that_came_too_late_is_a_no_where_it_arrives() -> None:
    found = purchase_answered(CHANGED, listed())
    assert isinstance(found, PurchaseAnswered)
    said = found.answer.model_dump(mode="json")
    late = answered(asked(REQUIRED), said, START)
    assert isinstance(late, tuple)
    assert late[0] == "ApprovalLapsed"
    assert not isinstance(answered(asked(REQUIRED), said, NOW), tuple)


def elsewhere(action: str) -> ActionChanged:
    return CHANGED.model_copy(update={"action": action})


def test_of_many_approvals_only_those_answer_that_show_a_request_that_waits() -> None:
    seen = {
        CHANGED: listed(),
        elsewhere("b"): listed(custom_data=custom_data(request_id="long ago")),
        elsewhere("c"): listed("InProgress"),
        elsewhere("d"): listed(custom_data="please look"),
    }
    (found,) = purchases_answered(seen, {"me", "nobody's"})
    assert (found.request_id, found.answer.decision) == ("me", "approve")
    assert purchases_answered(seen, set()) == ()


@pytest.mark.parametrize("statuses", [("Failed", "Succeeded"), ("Succeeded", "Failed", "Succeeded")])
def test_one_no_outweighs_every_yes(statuses: tuple[str, ...]) -> None:
    seen = {elsewhere(str(number)): listed(status) for number, status in enumerate(statuses)}
    (found,) = purchases_answered(seen, {"me"})
    assert found.answer.decision == "reject"


@given(st.text())
def test_no_custom_data_breaks_it(text: str) -> None:
    assert isinstance(purchase_answered(CHANGED, listed(custom_data=text)), str)
