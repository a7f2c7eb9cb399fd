"""What was observed. Facts carry no wishes: those are in the manifest."""

from berth_core.facts.components import IN_TRANSITION, AlarmSeen, ComponentSeen, Gap, ScalingSeen
from berth_core.facts.endpoints import ConfigSeen, EndpointSeen, RollbackAlarm, VariantSeen
from berth_core.facts.plans import Block, PlanSeen, PlanStatus
from berth_core.facts.remembered import Attempt, Lease, Left, OnDemandUse, Override, Registration, Rival, Turn
from berth_core.facts.snapshot import Policy, Snapshot

__all__ = [
    "IN_TRANSITION",
    "AlarmSeen",
    "Attempt",
    "Block",
    "ComponentSeen",
    "ConfigSeen",
    "EndpointSeen",
    "Gap",
    "Lease",
    "Left",
    "OnDemandUse",
    "Override",
    "PlanSeen",
    "PlanStatus",
    "Policy",
    "Registration",
    "Rival",
    "RollbackAlarm",
    "ScalingSeen",
    "Snapshot",
    "Turn",
    "VariantSeen",
]
