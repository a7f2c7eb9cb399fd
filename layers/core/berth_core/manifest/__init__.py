"""The manifest, version 1: what a user declares (design.md, section 5, is the contract).

Unknown keys are errors. A rule that spans several keys is a validator of the last of them, so that it is judged even
when another key is wrong: all errors come at once.
"""

from berth_core.manifest.changing import Rollout
from berth_core.manifest.ending import EndOfWindow, Extend, OnDemand
from berth_core.manifest.reservation import Purchase, Reservation
from berth_core.manifest.root import Manifest
from berth_core.manifest.scaling import Idle, Scaling, ScheduleRule
from berth_core.manifest.serving import Component, Evaluation, SmokeTest
from berth_core.manifest.staging import Check, Expected, Likeness, Staging

__all__ = [
    "Check",
    "Component",
    "EndOfWindow",
    "Evaluation",
    "Expected",
    "Extend",
    "Idle",
    "Likeness",
    "Manifest",
    "OnDemand",
    "Purchase",
    "Reservation",
    "Rollout",
    "Scaling",
    "ScheduleRule",
    "SmokeTest",
    "Staging",
]
