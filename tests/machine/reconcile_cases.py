"""What deployment_reconcile does, from a wake-up to the record of what came of it."""

from __future__ import annotations

from datetime import timedelta

from tests.machine.cases import (
    NOT_EVEN_SEEN,
    RECORDING_DEAD,
    TAKEN,
    Case,
    by_hand,
    opened,
    overtaken,
    slowly_rotated,
    unregistered,
    without_a_way_off,
)
from tests.machine.site import END, NAME, OPEN, Ended, Site


def managed(site: Site) -> None:
    """Reconcile may act, and has not been told yet that the plan is open."""
    site.buy()
    site.put(hold_until=None)
    site.faulty(("schedule:*", "drop"), ("schedule:watch", "drop"))
    site.at(OPEN)


def _reconcile_rotates(site: Site) -> Ended:
    site.serve()
    site.put(model="m2", hold_until=None)
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_hands_over(site: Site) -> Ended:
    site.serve()
    site.faulty(("schedule:*", "drop"), ("schedule:watch", "drop"))
    site.at(END - timedelta(minutes=140))
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_has_no_way_off(site: Site) -> Ended:
    without_a_way_off(site)
    site.faulty(("schedule:*", "drop"), ("schedule:watch", "drop"))
    site.at(END - timedelta(minutes=50))
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_has_no_way_off_still(site: Site) -> Ended:
    _reconcile_has_no_way_off(site)
    return site.run("deployment_reconcile", {"deployment": NAME})


RECONCILES = [
    Case("a plan has opened", "deployment_reconcile", by_hand("deployment_reconcile", managed),
         f"{TAKEN} WhichMachine RunEndpointDeploy CountRound ObserveDeployment DecideDeployment WhatIsDecided "
         "RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("another model is wished", "deployment_reconcile", _reconcile_rotates, "RecordDecision Reconciled"),
    Case("a window closes", "deployment_reconcile", _reconcile_hands_over,
         "WhichMachine RunWindowHandover CountRound RecordDecision Reconciled"),
    Case("a window closes while another run is at it", "deployment_reconcile", slowly_rotated("deployment_reconcile"),
         "WhatIsDecided RunWindowHandover CountRound RecordDecision Reconciled"),
    Case("a window closes and the ladder has no rung", "deployment_reconcile", _reconcile_has_no_way_off,
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted NoWayOff", ("FAILED", "LadderExhausted")),
    Case("and nothing has changed since that was told", "deployment_reconcile", _reconcile_has_no_way_off_still,
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("it is told to wait", "deployment_reconcile", by_hand("deployment_reconcile", lambda site: site.put()),
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("the machine that it runs fails", "deployment_reconcile",
         by_hand("deployment_reconcile", managed, (f"endpoint:{NAME}", "fail_update", 1)),
         "RunEndpointDeploy CountRound RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("another run takes the lease", "deployment_reconcile", overtaken("deployment_reconcile", managed),
         f"{TAKEN} ClaimLost"),
    Case("the deployment is unknown", "deployment_reconcile", by_hand("deployment_reconcile", unregistered),
         NOT_EVEN_SEEN, ("FAILED", "RefusedError")),
    Case("the ledger can't be written", "deployment_reconcile", by_hand("deployment_reconcile", opened, RECORDING_DEAD),
         "RecordDecision RecordFailure GiveUp", ("FAILED", "Runtime.ExitError")),
]  # fmt: skip
