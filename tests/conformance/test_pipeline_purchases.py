"""Buying in a pipeline: the page's second pipeline on the real stack, and whatever its approval must not answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rehearsal.codepipeline.callers import called_by
from rehearsal.settings import Settings
from tests.conformance.pipelined import PURCHASE_ARN, PURCHASE_PIPELINE, Pipelined, once_told
from tests.machine.purchase_cases import on_sale
from tests.machine.site import START, Site

JANE = "arn:aws:sts::111122223333:assumed-role/people/jane"
WATCH_SECONDS = 300
OPENS = START + timedelta(hours=2)
"""Soon, because a pipeline looks every 30 seconds at a purchase that waits for its yes, and the request lapses then."""
CHANGED = "event:CodePipeline Action Execution State Change"


class Buying:
    """The page's pipeline, started, with an offer on sale."""

    def __init__(self, folder: Path, *, listed: str = PURCHASE_ARN, **settings: Any) -> None:
        self.site = Site(Settings(**settings) if settings else None, PurchasePipelineArns=listed)
        self.pipelined = Pipelined(self.site, folder)
        on_sale(self.site, OPENS)
        self.pipelined.deploy_purchase()
        self.client = self.pipelined.pipelines
        self.execution = self.start()

    def start(self) -> str:
        return str(self.client.start_pipeline_execution(name=PURCHASE_PIPELINE)["pipelineExecutionId"])

    def asked(self) -> dict[str, Any]:
        """The approval that waits, once it does."""
        self.site.until(lambda: "token" in self.action("Approve"), timedelta(hours=1))
        return self.action("Approve")

    def answer(self, status: str = "Approved", summary: str = "") -> None:
        asked = {"pipelineName": PURCHASE_PIPELINE, "stageName": "Approval", "actionName": "Approve"}
        token = self.asked()["token"]
        with called_by("jane"):
            self.client.put_approval_result(token=token, result={"summary": summary, "status": status}, **asked)

    def ended(self) -> str:
        over = once_told(self.site.cloud, lambda: self.status() != "InProgress")
        self.site.until(over, timedelta(days=9))
        return self.status()

    def status(self) -> str:
        asked = {"pipelineName": PURCHASE_PIPELINE, "pipelineExecutionId": self.execution}
        return str(self.client.get_pipeline_execution(**asked)["pipelineExecution"]["status"])

    def action(self, name: str) -> dict[str, Any]:
        stages = self.client.get_pipeline_state(name=PURCHASE_PIPELINE)["stageStates"]
        actions = {each["actionName"]: each for stage in stages for each in stage["actionStates"]}
        return dict(actions[name].get("latestExecution", {}))

    def row(self) -> dict[str, Any]:
        """The request in the ledger."""
        key = {"pk": {"S": "purchases"}, "sk": {"S": "p5-bought"}}
        dynamodb = self.site.cloud.client("dynamodb")
        found: dict[str, Any] = dynamodb.get_item(TableName=self.site.outputs["LedgerTable"], Key=key)["Item"]
        return found

    def sold(self) -> int:
        return len(self.site.cloud.sagemaker.plans.all())

    def lapses(self) -> str:
        """With what the purchase ends if nothing reaches it, and the pipeline's wait for it."""
        assert self.ended() == "Failed"
        assert self.sold() == 0
        return str(self.row()["code"]["S"])


@pytest.fixture
def buying(tmp_path: Path) -> Iterator[Buying]:
    made = Buying(tmp_path)
    yield made
    made.site.close()


def test_the_pages_pipeline_buys_with_a_persons_yes_to_the_exact_offer(buying: Buying) -> None:
    buying.asked()
    assert buying.sold() == 0
    listed = buying.client.list_action_executions(pipelineName=PURCHASE_PIPELINE)["actionExecutionDetails"]
    shown = json.loads(listed[0]["input"]["resolvedConfiguration"]["CustomData"])
    assert shown["price_usd"] == "1512.00"
    assert shown["offer"].startswith("buy plan p5-bought: ")
    buying.answer(summary="the fee is agreed on")
    assert buying.ended() == "Succeeded"
    assert buying.sold() == 1
    assert "p5-bought is Scheduled" in buying.action("Follow")["summary"]


def test_who_said_yes_where_when_and_to_which_words_is_in_the_ledger(buying: Buying) -> None:
    buying.answer()
    buying.ended()
    approval = buying.row()["approval"]["M"]
    answer = {key: next(iter(value.values())) for key, value in approval["answer"]["M"].items()}
    assert (answer["decision"], answer["who"]) == ("approve", JANE)
    assert answer["through"] == f"{PURCHASE_PIPELINE}/Approval/Approve, execution {buying.execution}"
    assert json.loads(answer["saw"])["offering_id"] == approval["offering_id"]["S"]
    assert approval["asked_at"]["S"] <= answer["said_at"] <= approval["answered_at"]["S"]


def test_a_rejected_approval_is_a_no(buying: Buying) -> None:
    buying.answer("Rejected")
    assert buying.lapses() == "ApprovalRejected"
    assert "people/jane said no" in buying.row()["reason"]["S"]
    assert buying.action("Follow") == {}


def test_an_approval_that_nobody_answers_is_a_no(buying: Buying) -> None:
    assert buying.lapses() == "ApprovalLapsed"


def test_a_yes_after_the_request_has_lapsed_is_a_no(buying: Buying) -> None:
    """The plan starts soon: its request lapses long before the approval of CodePipeline does."""
    buying.asked()
    buying.site.at(OPENS)
    buying.answer()
    assert buying.lapses() == "ApprovalLapsed"
    assert "ApprovalLapsed" in buying.action("Follow")["errorDetails"]["message"]


def test_a_doubled_event_buys_once(buying: Buying) -> None:
    buying.asked()
    buying.site.faulty((CHANGED, "double"))
    buying.answer()
    assert buying.ended() == "Succeeded"
    assert buying.sold() == 1


@pytest.mark.parametrize(("status", "sold"), [("Approved", 1), ("Rejected", 0)])
def test_a_lost_event_is_made_up_for_with_the_next_look(buying: Buying, status: str, sold: int) -> None:
    buying.asked()
    buying.site.faulty((CHANGED, "drop"))
    buying.answer(status)
    assert buying.sold() == 0
    buying.site.cloud.advance(seconds=WATCH_SECONDS + 30)
    answer = buying.row()["approval"]["M"]["answer"]["M"]
    assert answer["who"]["S"] == JANE
    assert answer["through"]["S"] == f"{PURCHASE_PIPELINE}/Approval/Approve, execution {buying.execution}"
    buying.ended()
    assert buying.sold() == sold


def test_without_events_a_yes_just_before_the_end_is_none(buying: Buying) -> None:
    """The last look comes before it, and after the end nobody waits."""
    buying.asked()
    buying.site.faulty((CHANGED, "drop"))
    ends = datetime.fromisoformat(buying.row()["approval"]["M"]["expires_at"]["S"])
    buying.site.at(ends - timedelta(seconds=5))
    buying.answer()
    assert buying.lapses() == "ApprovalLapsed"


def test_looks_ask_codepipeline_nothing_while_nobody_waits(buying: Buying) -> None:
    buying.asked()
    assert look(buying)["reason"].startswith("no listed pipeline has an answer")
    buying.answer()
    buying.ended()
    buying.site.faulty(("api:codepipeline.ListActionExecutions", "throttle"))
    assert look(buying)["reason"] == "no purchase waits for an answer"


def test_while_neither_events_nor_looks_come_the_command_still_answers(buying: Buying) -> None:
    buying.asked()
    buying.site.faulty((CHANGED, "drop"), ("schedule:approvals", "drop"))
    buying.answer()
    buying.site.cloud.advance(seconds=3600)
    assert buying.sold() == 0
    approval = buying.row()["approval"]["M"]
    answer = {"decision": "approve", "who": "jane"} | {key: approval[key]["S"] for key in ("offering_id", "price_usd")}
    buying.site.machines.send_task_success(taskToken=approval["token"]["S"], output=json.dumps(answer))
    assert buying.ended() == "Succeeded"
    assert buying.sold() == 1


@pytest.mark.parametrize("fault", ["crash_before", "crash_after"])
def test_a_function_that_dies_at_the_answer_is_called_again(buying: Buying, fault: str) -> None:
    buying.asked()
    buying.site.faulty(("function:AnswerApprovalFunction", fault, 1))
    buying.answer()
    assert buying.ended() == "Succeeded"
    assert buying.sold() == 1


def test_a_throttled_look_at_the_approval_is_made_again(buying: Buying) -> None:
    buying.asked()
    buying.site.faulty(("api:codepipeline.ListActionExecutions", "throttle", 2))
    buying.answer()
    assert buying.ended() == "Succeeded"


@pytest.mark.parametrize("listed", ["", f"{PURCHASE_ARN}-other"])
def test_a_pipeline_that_is_not_listed_answers_nothing(tmp_path: Path, listed: str) -> None:
    buying = Buying(tmp_path, listed=listed)
    try:
        buying.answer()
        assert buying.lapses() == "ApprovalLapsed"
    finally:
        buying.site.close()


def test_an_event_made_up_for_a_pipeline_that_is_not_listed_reads_nothing(tmp_path: Path) -> None:
    buying = Buying(tmp_path, listed=f"{PURCHASE_ARN}-other")
    try:
        buying.answer()
        assert "AccessDenied" in told(buying, buying.execution)["errorMessage"]
        assert buying.lapses() == "ApprovalLapsed"
    finally:
        buying.site.close()


def told(buying: Buying, execution: str) -> dict[str, Any]:
    """What the function makes of an event by hand."""
    changed = {"pipeline": PURCHASE_PIPELINE, "execution-id": execution, "stage": "Approval", "action": "Approve"}
    return invoked(buying, {"detail": {**changed, "type": {"category": "Approval"}}})


def look(buying: Buying) -> dict[str, Any]:
    """What comes of a look by hand."""
    return invoked(buying, {"pipelines": "all"})


def invoked(buying: Buying, event: dict[str, Any]) -> dict[str, Any]:
    function = {"FunctionName": "berth-answer-approval", "Payload": json.dumps(event).encode()}
    answer: dict[str, Any] = json.loads(buying.site.cloud.client("lambda").invoke(**function)["Payload"].read())
    return answer


def test_without_a_list_of_approvers_codepipelines_words_name_them_or_it_is_no_yes(tmp_path: Path) -> None:
    for summary, ends in (("", "Succeeded"), ("fine by me", "Failed")):
        buying = Buying(tmp_path, approver_listed=False)
        try:
            buying.answer(summary=summary)
            assert buying.ended() == ends
            assert buying.sold() == (1 if ends == "Succeeded" else 0)
        finally:
            buying.site.close()


def _approvals(buying: Buying) -> list[dict[str, Any]]:
    listed = buying.client.list_action_executions(pipelineName=PURCHASE_PIPELINE)["actionExecutionDetails"]
    return [each for each in listed if each["actionName"] == "Approve"]


# --- what CodePipeline newly plays ----------------------------------------------------------------------------------


def test_eventbridge_hears_of_each_action_in_the_shape_of_the_guide(buying: Buying) -> None:
    queue = heard_in(buying.site)
    buying.answer("Rejected")
    buying.ended()
    messages = buying.site.cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    events = [json.loads(each["Body"]) for each in messages]
    (event,) = [each for each in events if each["detail"]["state"] == "FAILED"]
    assert event["resources"] == [PURCHASE_ARN]
    detail = event["detail"]
    assert (detail["pipeline"], detail["execution-id"]) == (PURCHASE_PIPELINE, buying.execution)
    assert (detail["stage"], detail["action"]) == ("Approval", "Approve")
    assert detail["type"] == {"owner": "AWS", "provider": "Manual", "category": "Approval", "version": "1"}
    assert detail["execution-result"]["external-execution-summary"] == f"Rejected by {JANE}"


def test_who_answered_an_approval_is_listed_with_their_words(buying: Buying) -> None:
    buying.answer(summary="fine")
    buying.ended()
    (approval,) = _approvals(buying)
    assert approval["updatedBy"] == JANE
    assert approval["output"]["executionResult"]["externalExecutionSummary"] == "fine"


def heard_in(site: Site) -> str:
    """The URL of a queue that gets what CodePipeline tells."""
    sqs, events = site.cloud.client("sqs"), site.cloud.client("events")
    url: str = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    service = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    policy = {"Version": "2012-10-17", "Statement": [{**service, "Action": "sqs:SendMessage", "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    events.put_rule(Name="heard", EventPattern=json.dumps({"source": ["aws.codepipeline"]}))
    events.put_targets(Rule="heard", Targets=[{"Id": "queue", "Arn": arn}])
    return url
