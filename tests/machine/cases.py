"""What can happen to each machine: a way to make it happen, where the machine passes then, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.machine.site import END, NAME, P5, Ended, Site

Begin = Callable[[Site], None]
Run = Callable[[Site], Ended]
DONE = ("SUCCEEDED", "")
CRASH = "crash_before"
TOO_LATE = END - timedelta(minutes=30)
OFF_AT_ONCE = ["on_demand", "delete"]
"""By hand nothing waits for its time."""
NO_LADDER = {"ladder": ["next_plan"]}


@dataclass(frozen=True)
class Play:
    """`begins` brings the site to where other cases may begin as well, and `goes_on` is what this one does there."""

    begins: Begin
    goes_on: Run


@dataclass(frozen=True)
class Case:
    """`passes` are states of the machine in this order, among others; `ends` is its status and error."""

    name: str
    machine: str
    play: Play | Run
    passes: str
    ends: tuple[str, str] = DONE

    @property
    def begins(self) -> Begin:
        return self.play.begins if isinstance(self.play, Play) else as_deployed

    @property
    def goes_on(self) -> Run:
        return self.play.goes_on if isinstance(self.play, Play) else self.play


def as_deployed(_site: Site) -> None:
    """Nothing has happened yet."""


def by_hand(machine: str, begins: Begin, *faults: tuple[Any, ...], **given: Any) -> Play:
    """Begin, then let go wrong what has to, then start the machine with the deployment and `given`."""

    def goes_on(site: Site) -> Ended:
        site.faulty(*faults)
        return site.run(machine, {"deployment": NAME, **given})

    return Play(begins, goes_on)


def overtaken(machine: str, begins: Begin, **given: Any) -> Play:
    """Its decision is slow, and another run of the same machine takes the lease meanwhile."""

    def goes_on(site: Site) -> Ended:
        site.faulty(("function:DecideDeploymentFunction", CRASH, 1))
        slow = site.start(machine, {"deployment": NAME, **given})
        site.faulty((f"endpoint:{NAME}", "slow"))
        site.start(machine, {"deployment": NAME, **given})
        return site.end(slow)

    return Play(begins, goes_on)


def unregistered(_site: Site) -> None:
    """A deployment that nobody knows."""


def opened(site: Site) -> None:
    site.open()


def serving(site: Site) -> None:
    site.serve()


def full_with_a_gap(site: Site) -> None:
    """The whole reservation serves m1, and the manifest allows neither on-demand nor to stay up."""
    site.serve(
        reservation={"plans": ["p5"], "instance_type": P5, "instance_count": 2},
        rollout={"allow_downtime": True},
        end_of_window={"ladder": ["delete"]},
    )


def deleted_by_a_stranger(site: Site) -> None:
    site.serve()
    site.sagemaker.delete_endpoint(EndpointName=NAME)
    site.cloud.advance(seconds=600)


def bought(site: Site) -> None:
    site.buy()
    site.put()


def failed(site: Site) -> None:
    site.open()
    site.faulty((f"endpoint:{NAME}", "fail_update", 1))
    assert site.run("endpoint_deploy", {"deployment": NAME}).error == "EndpointFailed"


def without_a_way_off(site: Site) -> None:
    site.serve(end_of_window=NO_LADDER)


def without_capacity(site: Site) -> None:
    site.serve()
    for instance_type in ("ml.p5.48xlarge", "ml.p4d.24xlarge"):
        site.cloud.sagemaker.set_on_demand(instance_type, 0)


def slowly_rotated(machine: str) -> Play:
    """A rotation that takes too long is at it when the window closes."""

    def goes_on(site: Site) -> Ended:
        site.asleep_at(END - timedelta(minutes=200))
        site.cloud.faults.add([{"on": f"endpoint:{NAME}", "do": "slow", "times": 1, "seconds": 4500}])
        site.start("endpoint_rotate", {"deployment": NAME, "model": "m2"})
        site.at(END - timedelta(minutes=124))
        return site.run(machine, {"deployment": NAME})

    return Play(serving, goes_on)


RECORDING_DEAD = ("function:RecordOutcomeFunction", CRASH)
AT_FIRST = "RememberInput ObserveDeployment"
NOT_EVEN_SEEN = f"{AT_FIRST} RecordFailure HasFailureNews AnnounceFailure Failed"
TAKEN = f"{AT_FIRST} DecideDeployment WhatIsDecided ClaimDecision IsClaimWon"
JUDGED = "ObserveAgain InvokeSmokeTest DecideOutcome CleanConfigs RecordOutcome Announce IsDone"
ROTATED = "ObserveAgain InvokeSmokeTest CleanConfigs DecideOutcome RecordOutcome HasOutcomeNews Announce IsDone"
REFUSED = "WhatIsDecided RecordRefusal HasRefusalNews AnnounceRefusal Refused"
STEPPED = "ObserveAgain DecideOutcome CleanConfigs RecordOutcome HasOutcomeNews Announce IsDone"

DEPLOYS = [
    Case("the plan is open", "endpoint_deploy", by_hand("endpoint_deploy", opened),
         f"{TAKEN} NeedsRoom ApplyConfig ApplyEndpoint AwaitEndpoint {JUDGED} Deployed"),
    Case("the bus is throttled for a while", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, ("api:events.PutEvents", "throttle", 3)),
         "RecordOutcome Announce Deployed"),
    Case("the plan opens later", "endpoint_deploy", by_hand("endpoint_deploy", bought),
         "WhatIsDecided WaitForPlan ObserveDeployment DecideDeployment WhatIsDecided ClaimDecision Deployed"),
    Case("the plan opens late and no event comes", "endpoint_deploy",
         by_hand("endpoint_deploy", bought, ("event:SageMaker Endpoint State Change", "drop")),
         "WaitForPlan WaitForPlan AwaitEndpoint ObserveAgain Deployed"),
    Case("nobody has bought the plan", "endpoint_deploy", by_hand("endpoint_deploy", lambda site: site.put()),
         "WhatIsDecided RecordDecision HasNews AnnounceDecision NothingToDo"),
    Case("it is there already", "endpoint_deploy", by_hand("endpoint_deploy", serving),
         "WhatIsDecided RecordDecision HasNews NothingToDo"),
    Case("the plan is not the manifest's", "endpoint_deploy", by_hand("endpoint_deploy", opened, plan="other"),
         REFUSED, ("FAILED", "NoPlace")),
    Case("a Failed endpoint is in the way", "endpoint_deploy", by_hand("endpoint_deploy", failed),
         f"NeedsRoom ApplyDeletion AwaitDeletion ApplyConfig ApplyEndpoint AwaitEndpoint {JUDGED} Deployed"),
    Case("the container does not come up", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, (f"endpoint:{NAME}", "fail_update", 1)),
         f"AwaitEndpoint {JUDGED} NotDone", ("FAILED", "EndpointFailed")),
    Case("the config is refused", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, ("function:ApplyConfigFunction", CRASH)),
         f"ApplyConfig NoteTrouble {JUDGED} NotDone", ("FAILED", "Runtime.ExitError")),
    Case("another run takes the lease", "endpoint_deploy", overtaken("endpoint_deploy", opened),
         f"{TAKEN} ClaimLost"),
    Case("the deployment is unknown", "endpoint_deploy", by_hand("endpoint_deploy", unregistered),
         NOT_EVEN_SEEN, ("FAILED", "RefusedError")),
    Case("the ledger can't be written", "endpoint_deploy", by_hand("endpoint_deploy", opened, RECORDING_DEAD),
         "RecordOutcome RecordFailure GiveUp", ("FAILED", "Runtime.ExitError")),
    Case("the answer to CreateEndpoint is lost", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, ("api:sagemaker.CreateEndpoint", "error_after", 1)),
         "ApplyEndpoint AwaitEndpoint ObserveAgain Deployed"),
    Case("each function dies once", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, *((f"function:{verb}*", CRASH, 1) for verb in
                 ("Observe", "DecideD", "Claim", "ApplyC", "ApplyE", "Await", "Invoke", "DecideO", "Clean", "Record"))),
         f"{TAKEN} NeedsRoom ApplyConfig ApplyEndpoint AwaitEndpoint {JUDGED} Deployed"),
    Case("each function dies once after its work", "endpoint_deploy",
         by_hand("endpoint_deploy", opened, *((f"function:{verb}*", "crash_after", 1) for verb in
                 ("Observe", "DecideD", "Claim", "ApplyC", "ApplyE", "Await", "Invoke", "DecideO", "Clean", "Record"))),
         f"{TAKEN} NeedsRoom ApplyConfig ApplyEndpoint AwaitEndpoint {JUDGED} Deployed"),
]  # fmt: skip

ROTATES = [
    Case("another model", "endpoint_rotate", by_hand("endpoint_rotate", serving, model="m2"),
         f"{TAKEN} IsLeftBehind ApplyConfig GoesFirst ApplyEndpoint AwaitEndpoint {ROTATED} Rotated"),
    Case("another count", "endpoint_rotate", by_hand("endpoint_rotate", serving, instance_count=2),
         f"{TAKEN} IsLeftBehind ApplyConfig ApplyEndpoint AwaitEndpoint {ROTATED} Rotated"),
    Case("more than is reserved", "endpoint_rotate", by_hand("endpoint_rotate", serving, instance_count=3),
         REFUSED, ("FAILED", "OverReserved")),
    Case("the same again", "endpoint_rotate", by_hand("endpoint_rotate", serving, model="m1"),
         "WhatIsDecided RecordDecision HasNews NothingToDo"),
    Case("nothing to rotate", "endpoint_rotate", by_hand("endpoint_rotate", opened, model="m2"),
         "WhatIsDecided RecordDecision HasNews AnnounceDecision NothingToDo"),
    Case("a silent rollback", "endpoint_rotate",
         by_hand("endpoint_rotate", serving, (f"endpoint:{NAME}", "silent_rollback", 1), model="m2"),
         f"AwaitEndpoint {ROTATED} NotDone", ("FAILED", "RolledBack")),
    Case("the update is refused", "endpoint_rotate",
         by_hand("endpoint_rotate", serving, ("function:ApplyEndpointFunction", CRASH), model="m2"),
         f"ApplyEndpoint NoteTrouble {ROTATED} NotDone", ("FAILED", "Runtime.ExitError")),
    Case("a gap is allowed", "endpoint_rotate", by_hand("endpoint_rotate", full_with_a_gap, model="m2"),
         "ApplyConfig GoesFirst RecordGap AnnounceGap ApplyDeletion AwaitDeletion ApplyEndpoint AwaitEndpoint "
         f"{ROTATED} Rotated"),
    Case("the deletion dies", "endpoint_rotate",
         by_hand("endpoint_rotate", full_with_a_gap, ("function:ApplyDeletionFunction", CRASH), model="m2"),
         f"AnnounceGap ApplyDeletion NoteTrouble {ROTATED} NotDone", ("FAILED", "Runtime.ExitError")),
    Case("somebody deleted the endpoint", "endpoint_rotate", by_hand("endpoint_rotate", deleted_by_a_stranger),
         f"{TAKEN} IsLeftBehind ObserveAgain InvokeSmokeTest CleanConfigs DecideOutcome RecordOutcome HasOutcomeNews "
         "IsDone Rotated"),
    Case("another run takes the lease", "endpoint_rotate", overtaken("endpoint_rotate", serving, model="m2"),
         f"{TAKEN} ClaimLost"),
    Case("the deployment is unknown", "endpoint_rotate", by_hand("endpoint_rotate", unregistered),
         NOT_EVEN_SEEN, ("FAILED", "RefusedError")),
    Case("the ledger can't be written", "endpoint_rotate",
         by_hand("endpoint_rotate", serving, RECORDING_DEAD, model="m2"),
         "RecordOutcome RecordFailure GiveUp", ("FAILED", "Runtime.ExitError")),
]  # fmt: skip

HANDS_OVER = [
    Case("on-demand is to be had", "window_handover", by_hand("window_handover", serving),
         f"{TAKEN} WhichRung ApplyConfig ApplyEndpoint AwaitEndpoint {STEPPED} ReleaseLease HandedOver"),
    Case("told to delete", "window_handover", by_hand("window_handover", serving, ladder=["delete"]),
         f"{TAKEN} WhichRung ApplyDeletion AwaitDeletion {STEPPED} ReleaseLease HandedOver"),
    Case("no capacity anywhere", "window_handover", by_hand("window_handover", without_capacity, ladder=OFF_AT_ONCE),
         f"WhichRung ApplyConfig {STEPPED} NextRung ObserveDeployment WhichRung ApplyConfig {STEPPED} NextRung "
         f"ObserveDeployment WhichRung ApplyDeletion {STEPPED} ReleaseLease HandedOver"),
    Case("no capacity, and time left before it is deleted", "window_handover",
         by_hand("window_handover", without_capacity),
         f"{STEPPED} NextRung {STEPPED} NextRung ObserveDeployment WhatIsDecided RecordDecision HasNews "
         "AnnounceDecision GoesOn NothingToDo"),
    Case("nothing left to try", "window_handover", by_hand("window_handover", without_a_way_off),
         REFUSED, ("FAILED", "LadderExhausted")),
    Case("nothing to hand over", "window_handover", by_hand("window_handover", opened),
         "WhatIsDecided RecordDecision HasNews AnnounceDecision GoesOn NothingToDo"),
    Case("a step dies and the next rung is taken", "window_handover",
         by_hand("window_handover", serving, ("function:ApplyEndpointFunction", CRASH), ladder=OFF_AT_ONCE),
         f"ApplyEndpoint NoteTrouble {STEPPED} NextRung ApplyEndpoint NoteTrouble NextRung ApplyDeletion HandedOver"),
    Case("a rotation is at it and can't be waited for", "window_handover", slowly_rotated("window_handover"),
         "WhatIsDecided TakeOver IsTakenOver LetSettle AwaitSettled ObserveDeployment DecideDeployment WhatIsDecided "
         "RecordDecision HasNews AnnounceDecision GoesOn ObserveDeployment DecideDeployment WhatIsDecided "
         "ClaimDecision "
         f"IsClaimWon WhichRung ApplyConfig ApplyEndpoint AwaitEndpoint {STEPPED} ReleaseLease HandedOver"),
    Case("another run takes the lease", "window_handover", overtaken("window_handover", serving),
         f"{TAKEN} ClaimLost"),
    Case("the deployment is unknown", "window_handover", by_hand("window_handover", unregistered),
         NOT_EVEN_SEEN, ("FAILED", "RefusedError")),
    Case("the ledger can't be written", "window_handover", by_hand("window_handover", serving, RECORDING_DEAD),
         "RecordOutcome RecordFailure GiveUp", ("FAILED", "Runtime.ExitError")),
]  # fmt: skip

CASES = [*DEPLOYS, *ROTATES, *HANDS_OVER]
