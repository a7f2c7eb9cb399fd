"""Capacity: what is for sale, what is bought, and what AWS does to it by itself."""

from __future__ import annotations

from typing import Any

from rehearsal.doing.stage import Stage
from rehearsal.scenario import ScenarioError
from rehearsal.steps import Buy, Capacity, ChangePlan, Maintain, PutOnSale, Search, WithdrawOffer


def put_on_sale(stage: Stage, sale: PutOnSale) -> None:
    body = sale.model_dump(exclude={"offering", "blocks"}, exclude_none=True)
    blocks = [
        {"start": stage.known(block.start), "end": stage.known(block.end), "zone": block.zone} for block in sale.blocks
    ]
    offering_id = stage.cloud.sagemaker.put_on_sale({**body, "blocks": blocks})
    if sale.offering is not None:
        stage.offerings[sale.offering] = offering_id


def withdraw_offer(stage: Stage, withdrawn: WithdrawOffer) -> None:
    offering_id = _offered(stage, withdrawn.offering)
    stage.cloud.sagemaker.withdraw_offer(offering_id)
    stage.tell("market", offering_id, "is not on sale any more")


def buy(stage: Stage, order: Buy) -> None:
    """Raises ScenarioError if there is nothing to buy."""
    offering_id = _searched(stage, order.search) if order.search else _offered(stage, order.offering or "")
    stage.cloud.client("sagemaker").create_training_plan(
        TrainingPlanName=order.plan, TrainingPlanOfferingId=offering_id
    )


def change_plan(stage: Stage, change: ChangePlan) -> None:
    body = change.model_dump(exclude={"start", "end"}, exclude_none=True)
    moments = {"start": change.start, "end": change.end}
    body |= {edge: stage.known(moment) for edge, moment in moments.items() if moment is not None}
    stage.cloud.sagemaker.change_plan(body)


def limit_on_demand(stage: Stage, capacity: Capacity) -> None:
    stage.cloud.sagemaker.set_on_demand(capacity.instance_type, capacity.available)
    text = f"{capacity.available} instances to be had on demand from now on"
    stage.tell("capacity", capacity.instance_type, text)


def maintain(stage: Stage, asked: Maintain) -> None:
    stage.cloud.sagemaker.endpoints.maintain(asked.endpoint, asked.minutes * 60)


def _offered(stage: Stage, name: str) -> str:
    if name not in stage.offerings:
        known = ", ".join(stage.offerings) or "none"
        raise ScenarioError(f"buy.offering: {name!r} was not put on sale; offerings so far: {known}")
    return stage.offerings[name]


def _searched(stage: Stage, search: Search) -> str:
    asked: dict[str, Any] = {
        "InstanceType": search.instance_type,
        "InstanceCount": search.instance_count,
        "DurationHours": search.duration_hours,
        "TargetResources": ["endpoint"],
    }
    limits = {"StartTimeAfter": search.start_after, "EndTimeBefore": search.end_before}
    asked |= {key: stage.known(moment) for key, moment in limits.items() if moment is not None}
    found = stage.cloud.client("sagemaker").search_training_plan_offerings(**asked)["TrainingPlanOfferings"]
    if not found:
        raise ScenarioError(f"buy.search: nothing fits {asked}: put an offering on sale before")
    offering_id: str = found[0]["TrainingPlanOfferingId"]
    return offering_id
