"""What deployment_reconcile does, from a wake-up to the record of what came of it."""

from __future__ import annotations

from datetime import timedelta

from tests.machine.cases import (
    NOT_EVEN_SEEN,
    RECORDING_DEAD,
    TAKEN,
    Case,
    Play,
    by_hand,
    opened,
    overtaken,
    serving,
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
    site.put(model="m2", hold_until=None)
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_hands_over(site: Site) -> Ended:
    site.asleep_at(END - timedelta(minutes=140))
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_has_no_way_off(site: Site) -> Ended:
    site.asleep_at(END - timedelta(minutes=50))
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_has_no_way_off_still(site: Site) -> Ended:
    _reconcile_has_no_way_off(site)
    return site.run("deployment_reconcile", {"deployment": NAME})


def _reconcile_after_a_dead_run(site: Site) -> Ended:
    """A deployment was stopped by hand while its endpoint came up, and its lease has lapsed."""
    managed(site)
    stopped = site.start("deployment_reconcile", {"deployment": NAME})
    site.cloud.advance(seconds=60)
    site.machines.stop_execution(executionArn=stopped)
    site.cloud.advance(seconds=20 * 60)
    return site.run("deployment_reconcile", {"deployment": NAME})


RECONCILES = [
    Case("a plan has opened", "deployment_reconcile", by_hand("deployment_reconcile", managed),
         f"{TAKEN} WhichMachine RunEndpointDeploy CountRound ObserveDeployment DecideDeployment WhatIsDecided "
         "RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("another model is wished", "deployment_reconcile", Play(serving, _reconcile_rotates),
         "RecordDecision Reconciled"),
    Case("a window closes", "deployment_reconcile", Play(serving, _reconcile_hands_over),
         "WhichMachine RunWindowHandover CountRound RecordDecision Reconciled"),
    Case("a window closes while another run is at it", "deployment_reconcile", slowly_rotated("deployment_reconcile"),
         "WhatIsDecided RunWindowHandover CountRound RecordDecision Reconciled"),
    Case("a window closes and the ladder has no rung", "deployment_reconcile",
         Play(without_a_way_off, _reconcile_has_no_way_off),
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted NoWayOff", ("FAILED", "LadderExhausted")),
    Case("and nothing has changed since that was told", "deployment_reconcile",
         Play(without_a_way_off, _reconcile_has_no_way_off_still),
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("it is told to wait", "deployment_reconcile", by_hand("deployment_reconcile", lambda site: site.put()),
         "WhatIsDecided RecordDecision HasNews IsLadderExhausted Reconciled"),
    Case("a run before it was stopped, and nobody was told how it ended", "deployment_reconcile",
         _reconcile_after_a_dead_run,
         "WhatIsDecided RecordDecision HasNews Announce IsLadderExhausted CountRound ObserveDeployment "
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
