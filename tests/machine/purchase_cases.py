"""What can happen to plan_purchase, from a plan that is bought to a ledger that can't be written."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

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


def on_sale(site: Site) -> None:
    blocks = [{"start": OPENS.isoformat(), "end": (OPENS + timedelta(days=1)).isoformat(), "zone": "us-east-1a"}]
    body = {"instance_type": P5, "instance_count": 2, "blocks": blocks, "upfront_fee": "1512.00"}
    site.cloud.sagemaker.put_on_sale(body)


def buying(*faults: tuple[Any, ...], **given: Any) -> Run:
    def run(site: Site) -> Ended:
        on_sale(site)
        site.faulty(*faults)
        return site.run(MACHINE, SEARCH | given)

    return run


def answered(decision: str) -> Run:
    def run(site: Site) -> Ended:
        on_sale(site)
        execution = site.start(MACHINE, ASKED)
        approval = _row(site)["approval"]["M"]
        answer = {
            "decision": decision,
            "offering_id": approval["offering_id"]["S"],
            "price_usd": approval["price_usd"]["S"],
            "who": "jane",
        }
        site.machines.send_task_success(taskToken=approval["token"]["S"], output=json.dumps(answer))
        return site.end(execution)

    return run


def _row(site: Site) -> dict[str, Any]:
    key = {"pk": {"S": "purchases"}, "sk": {"S": "p5-bought"}}
    row: dict[str, Any] = site.cloud.client("dynamodb").get_item(TableName=site.outputs["LedgerTable"], Key=key)["Item"]
    return row


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
REFUSED = "RecordPurchase HasNews Announce IsBought NotBought"

PURCHASES = [
    Case("the cap is the yes", MACHINE, buying(), f"{CLAIMED} {BOUGHT}"),
    Case("somebody says yes", MACHINE, answered("approve"), f"{CLAIMED} AwaitApproval {BOUGHT}"),
    Case("somebody says no", MACHINE, answered("reject"), f"{CLAIMED} AwaitApproval {LOOKED} {REFUSED}",
         ("FAILED", "ApprovalRejected")),
    Case("nobody answers", MACHINE, buying(approval="required"), f"{CLAIMED} AwaitApproval {LOOKED} {REFUSED}",
         ("FAILED", "ApprovalLapsed")),
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
