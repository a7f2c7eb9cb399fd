"""A training plan as a fact. AWS promises its ARN, name and status; whatever else is missing is left empty."""

from typing import Any

from berth_core.facts import Block, PlanSeen


def plan_fact(answer: dict[str, Any]) -> PlanSeen:
    """From DescribeTrainingPlan or a summary of ListTrainingPlans."""
    return PlanSeen(
        name=answer["TrainingPlanName"],
        arn=answer["TrainingPlanArn"],
        status=answer.get("Status", "unknown"),
        status_message=answer.get("StatusMessage", ""),
        targets=tuple(answer.get("TargetResources", ())),
        total_count=answer.get("TotalInstanceCount", 0),
        available_count=answer.get("AvailableInstanceCount", 0),
        in_use_count=answer.get("InUseInstanceCount", 0),
        blocks=_blocks(answer),
    )


def _blocks(plan: dict[str, Any]) -> tuple[Block, ...]:
    """The reserved capacities in the order of time, or the plan's own span if they don't say when they run."""
    reserved = plan.get("ReservedCapacitySummaries", ())
    blocks = [_block(each) for each in reserved if "StartTime" in each and "EndTime" in each]
    if not blocks and "StartTime" in plan and "EndTime" in plan:
        blocks = [_whole(plan, next(iter(reserved), {}))]
    return tuple(sorted(blocks, key=lambda block: block.starts_at))


def _block(reserved: dict[str, Any]) -> Block:
    return Block(
        starts_at=reserved["StartTime"],
        ends_at=reserved["EndTime"],
        instance_type=reserved.get("InstanceType", ""),
        instance_count=reserved.get("TotalInstanceCount", 0),
        status=reserved.get("Status"),
        zone=reserved.get("AvailabilityZone"),
    )


def _whole(plan: dict[str, Any], reserved: dict[str, Any]) -> Block:
    return Block(
        starts_at=plan["StartTime"],
        ends_at=plan["EndTime"],
        instance_type=reserved.get("InstanceType", ""),
        instance_count=plan.get("TotalInstanceCount", 0),
    )
