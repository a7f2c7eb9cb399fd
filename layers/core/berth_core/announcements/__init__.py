"""What Berth tells the world (design.md, section 9, is the contract): one constructor per event.

Constructors take plain values, so that an announcement can be made from what the ledger holds.
"""

from berth_core.announcements.announcement import Announcement
from berth_core.announcements.registering import decision_held, deployment_registered, deployment_rejected
from berth_core.announcements.releasing import (
    release_approval_requested,
    release_checked,
    release_failed,
    release_promoted,
)
from berth_core.announcements.serving import (
    components_scaled,
    deployment_failed,
    downtime_begins,
    endpoint_deployed,
    endpoint_rotated,
    rollback_detected,
)
from berth_core.announcements.spending import (
    approval_requested,
    budget_reached,
    plan_extended,
    plan_purchased,
    purchase_refused,
)
from berth_core.announcements.sweeping import fleet_swept
from berth_core.announcements.window import (
    handover_completed,
    handover_failed,
    training_plan_state_change,
    window_closing,
)

__all__ = [
    "Announcement",
    "approval_requested",
    "budget_reached",
    "components_scaled",
    "decision_held",
    "deployment_failed",
    "deployment_registered",
    "deployment_rejected",
    "downtime_begins",
    "endpoint_deployed",
    "endpoint_rotated",
    "fleet_swept",
    "handover_completed",
    "handover_failed",
    "plan_extended",
    "plan_purchased",
    "purchase_refused",
    "release_approval_requested",
    "release_checked",
    "release_failed",
    "release_promoted",
    "rollback_detected",
    "training_plan_state_change",
    "window_closing",
]
