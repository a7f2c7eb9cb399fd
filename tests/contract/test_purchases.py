"""Purchases and months, in DynamoDB and in memory; and the market's answers against SageMaker's own model."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from berth_aws import clients, market
from berth_aws.ledger import Ledger
from berth_aws.steps.answer_approval import answer_approval
from berth_aws.steps.record_purchase_answer import record_purchase_answer
from berth_core import purchase_steps
from berth_core.decide.approving import with_answer
from berth_core.errors import BusyError, RefusedError, UnknownOutcomeError
from berth_core.purchases import Answer, Month
from tests.contract.conftest import REGION
from tests.fakes.ledger import FakeLedger
from tests.purchase_builders import ARN, DAY, NOW, START, asked, extension_order, offer, order, purchase, seen

NAMED = {
    "TrainingPlanName": "p5",
    "TrainingPlanOfferingId": "tpo-a",
    "Tags": [{"Key": "berth:stack", "Value": "berth"}],
}


def test_a_purchase_comes_back_as_it_was_written(ledger: Ledger) -> None:
    written = purchase(order(), approval=asked(order()), called_at=NOW)
    assert ledger.purchases.get("p5") is None
    assert ledger.purchases.write(written)
    assert ledger.purchases.get("p5") == written
    assert ledger.purchases.all() == (written,)


def test_of_two_first_writes_one_is_done(ledger: Ledger) -> None:
    assert ledger.purchases.write(purchase(order()))
    assert not ledger.purchases.write(purchase(order(), request_id="other"))


def test_a_write_follows_right_on_the_state_that_it_was_made_from(ledger: Ledger) -> None:
    first = purchase(order())
    second = purchase_steps.told_token(first.model_copy(update={"approval": asked(order())}), "token")
    assert not ledger.purchases.write(second)
    assert ledger.purchases.write(first)
    assert ledger.purchases.write(second)
    assert ledger.purchases.write(second), "repeated by the SDK after a lost answer, it finds itself"
    assert not ledger.purchases.write(purchase_steps.failed(first, _trouble(), NOW))


def _trouble() -> Any:
    from berth_core.outcomes import Trouble

    return Trouble.model_validate({"Error": "RefusedError", "Cause": "no"})


def test_ended_requests_are_kept_in_order(ledger: Ledger) -> None:
    late, early = purchase(order(), begun_at=NOW + DAY), purchase(order())
    for each in (late, early, early):
        ledger.purchases.keep(each)
    assert ledger.purchases.kept("p5") == (early, late)


def test_a_month_is_written_by_who_read_it_last(ledger: Ledger) -> None:
    empty = ledger.spending.of("2026-03")
    assert empty == Month(month="2026-03")
    assert ledger.spending.write(empty.with_usd("a", Decimal("900.10")))
    assert not ledger.spending.write(empty.with_usd("b", Decimal(1)))
    full = ledger.spending.of("2026-03")
    assert full.spent_usd() == Decimal("900.10")
    assert ledger.spending.write(full.with_usd("b", Decimal("0.90")))
    assert ledger.spending.of("2026-03").spent_usd(but_for="a") == Decimal("0.90")


def test_what_was_not_spent_is_given_back_once(ledger: Ledger) -> None:
    ledger.spending.write(Month(month="2026-03").with_usd("a", Decimal(9)))
    for _ in range(2):
        ledger.spending.give_back("2026-03", "a")
    assert ledger.spending.of("2026-03").usd == {}
    ledger.spending.give_back("2026-04", "a")


def test_an_answer_without_anybody_waiting_has_nowhere_to_go() -> None:
    ledger = FakeLedger()
    answer = Answer(decision="approve", offering_id="tpo-a", price_usd=Decimal(900), who="jane")
    assert not answer_approval("me", answer, ledger).delivered
    ledger.purchases.write(purchase(order(), ended_at=NOW))
    assert not answer_approval("me", answer, ledger).delivered


SAID = {"decision": "approve", "offering_id": "tpo-a", "price_usd": "900.00", "who": "jane"}


@pytest.mark.parametrize("said", [SAID, SAID | {"decision": "reject"}, {"decision": "maybe"}, "yes"])
def test_an_answer_is_kept_with_its_time_and_nobody_is_reminded_any_more(
    ledger: Ledger, scheduler: Stubber, said: Any
) -> None:
    dropped = {"Name": "approval-me", "GroupName": "berth"}
    scheduler.add_response("delete_schedule", {}, dropped)
    scheduler.add_client_error("delete_schedule", "ResourceNotFoundException", "gone", expected_params=dropped)
    ordered = order(approval="required")
    ledger.purchases.write(purchase(ordered, approval=asked(ordered)))
    for at in (NOW + DAY / 24, NOW + DAY):
        record_purchase_answer(seen(ordered), said, "berth", ledger, at)
    there = ledger.purchases.get("p5")
    assert there is not None
    assert there.approval == with_answer(asked(ordered), said, NOW + DAY / 24)
    assert there.revision == 2


@pytest.mark.parametrize("over", [{"request_id": "another"}, {}])
def test_silence_is_not_written_down_and_neither_is_what_another_run_was_told(
    ledger: Ledger, scheduler: Stubber, over: dict[str, str]
) -> None:
    scheduler.add_response("delete_schedule", {}, {"Name": "approval-me", "GroupName": "berth"})
    ordered = order(approval="required")
    before = purchase(ordered, approval=asked(ordered), **over)
    ledger.purchases.write(before)
    record_purchase_answer(seen(ordered), SAID if over else {"unanswered": True}, "berth", ledger, NOW)
    assert ledger.purchases.get("p5") == before


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """EventBridge Scheduler, with a Stubber on it."""
    client = boto3.client("scheduler", region_name=REGION)
    monkeypatch.setattr(clients, "shared", lambda _service: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Step Functions, with a Stubber on it."""
    client = boto3.client("stepfunctions", region_name=REGION)
    monkeypatch.setattr(clients, "shared", lambda _service: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_an_answer_reaches_the_task_of_its_request_once_and_no_other(ledger: Ledger, tasks: Stubber) -> None:
    approval = asked(order()).model_copy(update={"token": "token"})
    ledger.purchases.write(purchase(order(), approval=approval))
    answer = Answer(
        decision="approve", offering_id="tpo-a", price_usd=Decimal("900.00"), who="jane", through="pipeline"
    )
    sent = {"decision": "approve", "offering_id": "tpo-a", "price_usd": "900.00", "who": "jane", "through": "pipeline"}
    tasks.add_response("send_task_success", {}, {"taskToken": "token", "output": json.dumps(sent)})
    tasks.add_client_error("send_task_success", "TaskTimedOut", "answered before")
    assert not answer_approval("another", answer, ledger).delivered
    assert answer_approval("me", answer, ledger).delivered
    assert not answer_approval("me", answer, ledger).delivered


@pytest.fixture
def stubbed(sagemaker: Any) -> Iterator[Stubber]:
    with Stubber(sagemaker) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_offers_are_searched_for_endpoints_from_now_on(sagemaker: Any, stubbed: Stubber) -> None:
    block = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1, "StartTime": START, "EndTime": START + DAY}
    found = {
        "TrainingPlanOfferingId": "tpo-a",
        "TargetResources": ["endpoint"],
        "DurationHours": 24,
        "UpfrontFee": "900.00",
        "CurrencyCode": "USD",
        "ReservedCapacityOfferings": [block],
    }
    stubbed.add_response(
        "search_training_plan_offerings",
        {"TrainingPlanOfferings": [found]},
        {
            "InstanceType": "ml.p5.48xlarge",
            "InstanceCount": 1,
            "DurationHours": 24,
            "TargetResources": ["endpoint"],
            "StartTimeAfter": NOW,
            "EndTimeBefore": START + 2 * DAY,
        },
    )
    (offered,) = market.offers_for(sagemaker, order(not_after=START + 2 * DAY), NOW)
    assert offered.is_same_thing(offer("tpo-other"))


def test_an_offer_of_which_aws_says_only_what_it_promises_is_taken_as_it_is(sagemaker: Any, stubbed: Stubber) -> None:
    found = {"TrainingPlanOfferingId": "tpo-a", "TargetResources": ["endpoint"]}
    stubbed.add_response("search_training_plan_offerings", {"TrainingPlanOfferings": [found]})
    (offered,) = market.offers_for(sagemaker, order(), NOW)
    assert (offered.price, offered.currency, offered.blocks) == (None, None, ())


def test_extensions_are_searched_by_the_plans_arn(sagemaker: Any, stubbed: Stubber) -> None:
    found = {
        "TrainingPlanExtensionOfferingId": "tpeo-a",
        "StartDate": START,
        "EndDate": START + DAY,
        "DurationHours": 24,
    }
    stubbed.add_response(
        "search_training_plan_offerings",
        {"TrainingPlanOfferings": [], "TrainingPlanExtensionOfferings": [found]},
        {"TrainingPlanArn": ARN, "DurationHours": 24},
    )
    (offered,) = market.offers_for(sagemaker, extension_order(), NOW)
    assert (offered.id, offered.blocks[0].instance_type) == ("tpeo-a", "ml.p5.48xlarge")


def test_the_history_is_read(sagemaker: Any, stubbed: Stubber) -> None:
    record = {"TrainingPlanExtensionOfferingId": "tpeo-a", "StartDate": START, "PaymentStatus": "Pending"}
    stubbed.add_response("describe_training_plan_extension_history", {"TrainingPlanExtensions": [record]})
    (extended,) = market.history(sagemaker, ARN)
    assert (extended.offering_id, extended.starts_at, extended.payment) == (
        "tpeo-a",
        START.replace(tzinfo=extended.starts_at.tzinfo) if extended.starts_at else datetime.now(UTC),
        "Pending",
    )


def test_a_plan_is_bought_with_our_tags(sagemaker: Any, stubbed: Stubber) -> None:
    stubbed.add_response("create_training_plan", {"TrainingPlanArn": ARN}, NAMED)
    assert market.create_plan(sagemaker, "p5", "tpo-a", {"berth:stack": "berth"}) == ARN


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ResourceInUse", 400, RefusedError),
        ("ResourceLimitExceeded", 400, RefusedError),
        ("ResourceNotFound", 400, RefusedError),
        ("ThrottlingException", 400, BusyError),
        ("InternalFailure", 500, UnknownOutcomeError),
        ("ValidationException", 400, RefusedError),
        ("SomethingNewException", 409, RefusedError),
        ("RequestTimeout", 400, ClientError),
        ("SomethingNewException", 408, ClientError),
        ("SomethingNewException", 302, ClientError),
    ],
)
@pytest.mark.parametrize("call", ["create_training_plan", "extend_training_plan"])
def test_what_a_purchase_is_told_decides_whether_it_may_be_made_again(
    call: str, code: str, status: int, error: type[Exception], sagemaker: Any, stubbed: Stubber
) -> None:
    if (call, code) == ("extend_training_plan", "ResourceInUse"):
        error = BusyError  # AWS's model doesn't have it for extensions
    stubbed.add_client_error(call, code, "no", status)
    calls: dict[str, Callable[[], object]] = {
        "create_training_plan": lambda: market.create_plan(sagemaker, "p5", "tpo-a", {}),
        "extend_training_plan": lambda: market.extend_plan(sagemaker, "tpeo-a"),
    }
    with pytest.raises(error):
        calls[call]()
