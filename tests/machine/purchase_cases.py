"""What can happen to plan_purchase, from a plan that is bought to a ledger that can't be written."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.machine.cases import DONE, Case, Run
from tests.machine.site import NAME, P5, START, Ended, Site

MACHINE = "plan_purchase"
OPENS = START + timedelta(days=1)
SEARCH: dict[str, Any] = {
    "search": {"instance_type": P5, "instance_count": 2, "hours": 24},
    "max_price_usd": "1600.00",
    "approval": "none",
    "plan": "p5-bought",
}
ASKED = {**SEARCH, "approval": "required"}
FUNCTIONS = ("ObserveP", "DecideP", "ClaimP", "ApplyP", "RecordP")


def on_sale(site: Site, opens: datetime = OPENS) -> None:
    blocks = [{"start": opens.isoformat(), "end": (opens + timedelta(days=1)).isoformat(), "zone": "us-east-1a"}]
    body = {"instance_type": P5, "instance_count": 2, "blocks": blocks, "upfront_fee": "1512.00"}
    site.cloud.sagemaker.put_on_sale(body)


def buying(*faults: tuple[Any, ...], **given: Any) -> Run:
    def run(site: Site) -> Ended:
        on_sale(site)
        site.faulty(*faults)
        return site.run(MACHINE, SEARCH | given)

    return run


def answered(decision: str, **over: str) -> Run:
    def run(site: Site) -> Ended:
        on_sale(site)
        execution = site.start(MACHINE, ASKED)
        say(site, decision, **over)
        return site.end(execution)

    return run


def say(site: Site, decision: str, **over: str) -> None:
    """Somebody answers with the token that the ledger has."""
    approval = _row(site)["approval"]["M"]
    shown = {key: approval[key]["S"] for key in ("offering_id", "price_usd")}
    answer = json.dumps({"decision": decision, **shown, "who": "jane", **over})
    site.machines.send_task_success(taskToken=approval["token"]["S"], output=answer)


def _row(site: Site) -> dict[str, Any]:
    key = {"pk": {"S": "purchases"}, "sk": {"S": "p5-bought"}}
    row: dict[str, Any] = site.cloud.client("dynamodb").get_item(TableName=site.outputs["LedgerTable"], Key=key)["Item"]
    return row


def recorded(site: Site) -> Ended:
    """Who said yes, when, and to which words; and nobody is reminded after the answer."""
    ended = answered("approve")(site)
    approval = _row(site)["approval"]["M"]
    assert approval["answer"]["M"]["who"]["S"] == "jane"
    assert "1512.00 USD" in approval["seen"]["S"]
    assert approval["asked_at"]["S"] <= approval["answered_at"]["S"] < approval["expires_at"]["S"]
    site.cloud.advance(seconds=timedelta(days=3).total_seconds())
    assert len(_requests(site)) == 1
    return ended


def _requests(site: Site) -> list[str]:
    told = [entry.text for entry in site.cloud.timeline if entry.kind == "event"]
    return [text for text in told if text.startswith("Approval Requested")]


def reminded_no_more(site: Site) -> Ended:
    """A payment may be pending for a day: the reminder goes with the answer, and not with the purchase's end."""
    on_sale(site)
    execution = site.start(MACHINE, ASKED)
    assert len(_reminders(site)) == 1
    say(site, "approve")
    site.cloud.advance(seconds=60)
    assert site.machines.describe_execution(executionArn=execution)["status"] == "RUNNING"
    assert _reminders(site) == []
    return site.end(execution)


def _reminders(site: Site) -> list[str]:
    listed = site.cloud.client("scheduler").list_schedules(NamePrefix="approval-")["Schedules"]
    return [each["Name"] for each in listed]


def unreadable(site: Site) -> Ended:
    """The ledger has the very words, and when they came."""
    ended = answered("perhaps")(site)
    approval = _row(site)["approval"]["M"]
    assert json.loads(approval["unreadable"]["S"])["decision"] == "perhaps"
    assert approval["asked_at"]["S"] <= approval["answered_at"]["S"] < approval["expires_at"]["S"]
    assert "NULL" in approval["answer"]
    return ended


def unwritten(site: Site) -> Ended:
    on_sale(site)
    execution = site.start(MACHINE, ASKED)
    site.faulty(("function:RecordPurchaseFunction", "crash_before", 4))
    say(site, "approve")
    ended = site.end(execution)
    assert site.cloud.sagemaker.plans.all() == []
    return ended


def late(site: Site) -> Ended:
    """Nobody waits for a yes that comes after the time which was told."""
    on_sale(site)
    ended = site.run(MACHINE, ASKED)
    approval = _row(site)["approval"]["M"]
    answer = {"decision": "approve", "offering_id": approval["offering_id"]["S"], "price_usd": "1512.00", "who": "jane"}
    with pytest.raises(ClientError, match=r"TaskTimedOut|TaskDoesNotExist|InvalidToken"):
        site.machines.send_task_success(taskToken=approval["token"]["S"], output=json.dumps(answer))
    assert "NULL" in approval["answer"]
    return ended


def second(site: Site) -> Ended:
    on_sale(site)
    site.start(MACHINE, ASKED)
    return site.run(MACHINE, SEARCH)


def overtaken(site: Site) -> Ended:
    on_sale(site)
    site.faulty(("function:DecidePurchaseFunction", "crash_before", 1))
    slow = site.start(MACHINE, SEARCH)
    site.start(MACHINE, ASKED)
    return site.end(slow)


def again(site: Site) -> Ended:
    on_sale(site)
    site.run(MACHINE, SEARCH)
    return site.run(MACHINE, SEARCH)


def reconciled(site: Site) -> Ended:
    on_sale(site)
    purchase = {"instance_count": 2, "hours": 24, "max_price_usd": "1600.00", "approval": "none"}
    site.faulty(("schedule:*", "drop"))
    site.put(reservation={"plans": ["p5-bought"], "instance_type": P5, "purchase": purchase}, hold_until=None)
    return site.run("deployment_reconcile", {"deployment": NAME})


LOOKED = "ObservePurchase DecidePurchase WhatIsDecided"
CLAIMED = f"RememberInput {LOOKED} ClaimPurchase IsClaimWon"
BOUGHT = f"{LOOKED} ApplyPurchase {LOOKED} WaitForPlan {LOOKED} RecordPurchase HasNews Announce IsBought Bought"
DEAD = ("function:RecordPurchaseFunction", "crash_before")
ANSWERED = "AwaitApproval RecordPurchaseAnswer"
REFUSED = "RecordPurchase HasNews Announce IsBought NotBought"

PURCHASES = [
    Case("the cap is the yes", MACHINE, buying(), f"{CLAIMED} {BOUGHT}"),
    Case("somebody says yes", MACHINE, answered("approve"), f"{CLAIMED} {ANSWERED} {BOUGHT}"),
    Case("somebody says no", MACHINE, answered("reject"), f"{CLAIMED} {ANSWERED} {LOOKED} {REFUSED}",
         ("FAILED", "ApprovalRejected")),
    Case("nobody answers", MACHINE, buying(approval="required"), f"{CLAIMED} {ANSWERED} {LOOKED} {REFUSED}",
         ("FAILED", "ApprovalLapsed")),
    Case("the yes is written down", MACHINE, recorded, f"{CLAIMED} {ANSWERED} {BOUGHT}"),
    Case("nobody is reminded of what was answered", MACHINE, reminded_no_more, f"{ANSWERED} {LOOKED} ApplyPurchase"),
    Case("somebody says something", MACHINE, unreadable, f"{ANSWERED} {LOOKED} {REFUSED}",
         ("FAILED", "ApprovalInvalid")),
    Case("the answer can't be written down", MACHINE, unwritten,
         f"{ANSWERED} RecordFailure HasFailureNews AnnounceFailure Failed", ("FAILED", "Runtime.ExitError")),
    Case("a yes that comes too late", MACHINE, late, f"{ANSWERED} {LOOKED} {REFUSED}", ("FAILED", "ApprovalLapsed")),
    Case("somebody says yes to another offer", MACHINE, answered("approve", offering_id="tpo-other"),
         f"{ANSWERED} {LOOKED} {REFUSED}", ("FAILED", "ApprovalInvalid")),
    Case("somebody says yes to another price", MACHINE, answered("approve", price_usd="1512.01"),
         f"{ANSWERED} {LOOKED} {REFUSED}", ("FAILED", "ApprovalInvalid")),
    Case("nobody can be asked", MACHINE,
         buying(("function:AwaitApprovalFunction", "crash_before"), approval="required"),
         "AwaitApproval RecordFailure HasFailureNews AnnounceFailure Failed", ("FAILED", "Runtime.ExitError")),
    Case("too dear", MACHINE, buying(max_price_usd="1500.00"), f"RememberInput {LOOKED} {REFUSED}",
         ("FAILED", "OverPrice")),
    Case("another run is at it", MACHINE, second, f"RememberInput {LOOKED} NothingToDo"),
    Case("another run claims it first", MACHINE, overtaken, f"{CLAIMED} ClaimLost"),
    Case("the plan is there already", MACHINE, again, f"{LOOKED} RecordPurchase HasNews IsBought Bought"),
    Case("the answer of AWS is lost", MACHINE, buying(("api:sagemaker.CreateTrainingPlan", "error_after", 1)),
         f"ApplyPurchase {LOOKED} WaitForPlan {LOOKED} RecordPurchase HasNews Announce IsBought Bought"),
    Case("AWS refuses", MACHINE,
         buying(("api:sagemaker.CreateTrainingPlan", "throttle")),
         "ApplyPurchase RecordFailure HasFailureNews AnnounceFailure Failed", ("FAILED", "BusyError")),
    Case("each function dies once before its work", MACHINE,
         buying(*((f"function:{name}*", "crash_before", 1) for name in FUNCTIONS)), f"{CLAIMED} {BOUGHT}"),
    Case("each function dies once after its work", MACHINE,
         buying(*((f"function:{name}*", "crash_after", 1) for name in FUNCTIONS)), f"{CLAIMED} {LOOKED} ApplyPurchase"),
    Case("the request makes no order", MACHINE, lambda site: site.run(MACHINE, {"max_price_usd": "1"}),
         "RememberInput ObservePurchase RecordFailure HasFailureNews Failed", ("FAILED", "RefusedError")),
    Case("the ledger can't be written", MACHINE, buying(DEAD), "RecordPurchase RecordFailure GiveUp",
         ("FAILED", "Runtime.ExitError")),
    Case("a manifest wants a plan", "deployment_reconcile", reconciled, "ObserveDeployment", DONE),
]  # fmt: skip
