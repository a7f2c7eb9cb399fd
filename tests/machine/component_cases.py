"""What can happen to inference components: a way to make it happen, where the machine passes then, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.machine.cases import (
    CRASH,
    JUDGED,
    NOT_EVEN_SEEN,
    RECORDING_DEAD,
    REFUSED,
    Case,
    Play,
    by_hand,
    overtaken,
    unregistered,
)
from tests.machine.site import INFERENCE_ROLE, NAME, Ended, Site

MACHINE = "components_scale"
FOR_COMPONENTS: dict[str, Any] = {
    "model": None,
    "components": [{"name": "llama-8b", "model": "m1", "copies": 1, "max_copies": 2}],
    "execution_role_arn": INFERENCE_ROLE,
    "scaling": {"target_concurrency": 5, "idle": {"minutes": 15}},
    "end_of_window": {"ladder": ["scale_to_zero", "delete"]},
}
MOVED = "ApplySuspension ApplyComponents AreComponentsThere WaitForComponents ApplyComponents AreComponentsThere"
SCALED = f"{MOVED} ApplyScaling ObserveAgain DecideOutcome RecordOutcome Announce IsDone Scaled"
CLAIMED = "RememberInput ObserveDeployment DecideDeployment WhatIsDecided IsLeaseHeld ClaimDecision IsClaimWon"


def empty(site: Site) -> None:
    site.open(**FOR_COMPONENTS)


def loaded(site: Site) -> None:
    site.serve(**FOR_COMPONENTS)
    assert copies(site) == {"llama-8b": 1}
    site.cloud.advance(seconds=60)


def parked(site: Site) -> None:
    loaded(site)
    assert site.run(MACHINE, {"deployment": NAME, "copies": 0}).status == "SUCCEEDED"
    site.cloud.advance(seconds=60)


def with_a_model(site: Site) -> None:
    site.serve()


def copies(site: Site) -> dict[str, int]:
    """Of all components of the endpoint."""
    listed = site.sagemaker.list_inference_components(EndpointNameEquals=NAME)["InferenceComponents"]
    names = [each["InferenceComponentName"] for each in listed]
    described = {name: site.sagemaker.describe_inference_component(InferenceComponentName=name) for name in names}
    return {name: each["RuntimeConfig"]["CurrentCopyCount"] for name, each in described.items()}


def _recreate_dies_in_between(site: Site) -> Ended:
    """The machine is stopped when the component is gone; whoever comes next makes it again, with what it was."""
    before = site.sagemaker.describe_inference_component(InferenceComponentName="llama-8b")
    running = site.start(MACHINE, {"deployment": NAME, "copies": 2, "method": "delete_and_recreate"})
    site.until(lambda: copies(site) == {}, timedelta(minutes=10))
    site.machines.stop_execution(executionArn=running, error="Crashed", cause="a zone went dark")
    site.cloud.advance(seconds=1200)
    ended = site.run(MACHINE, {"deployment": NAME})
    assert copies(site) == {"llama-8b": 2}
    after = site.sagemaker.describe_inference_component(InferenceComponentName="llama-8b")
    assert after["Specification"] == before["Specification"]
    return ended


def _reconcile_scales(site: Site) -> Ended:
    """Another count is declared, and nobody wakes reconcile when the hold has ended."""
    two = {**FOR_COMPONENTS, "components": [{**FOR_COMPONENTS["components"][0], "copies": 2}]}
    site.put(**two, hold_until=(site.cloud.now + timedelta(minutes=10)).isoformat())
    site.faulty(("schedule:*", "drop"), ("schedule:watch", "drop"))
    site.cloud.advance(seconds=900)
    return site.run("deployment_reconcile", {"deployment": NAME})


def _scaled_to(count: int, play: Play) -> Play:
    def goes_on(site: Site) -> Ended:
        ended = play.goes_on(site)
        assert copies(site) == {"llama-8b": count}
        return ended

    return Play(play.begins, goes_on)


FUNCTIONS = ("Observe", "DecideD", "Claim", "ApplyS", "ApplyC", "DecideO", "Record")

SCALES = [
    Case("parked by hand", MACHINE, _scaled_to(0, by_hand(MACHINE, loaded, copies=0)), f"{CLAIMED} {SCALED}"),
    Case("brought back by hand", MACHINE, _scaled_to(1, by_hand(MACHINE, parked, copies=1)), f"{CLAIMED} {SCALED}"),
    Case("deleted and made anew", MACHINE,
         _scaled_to(1, by_hand(MACHINE, loaded, copies=1, method="delete_and_recreate")), f"{CLAIMED} {SCALED}"),
    Case("it dies between the two", MACHINE, Play(loaded, _recreate_dies_in_between), SCALED),
    Case("more than is allowed", MACHINE, by_hand(MACHINE, loaded, copies=3), REFUSED, ("FAILED", "TooManyCopies")),
    Case("the endpoint is for a model", MACHINE, by_hand(MACHINE, with_a_model, copies=0), REFUSED,
         ("FAILED", "NotSupported")),
    Case("all is as it shall be", MACHINE, by_hand(MACHINE, loaded),
         "WhatIsDecided RecordDecision HasNews NothingToDo"),
    Case("there is no endpoint", MACHINE, by_hand(MACHINE, empty, copies=0),
         "WhatIsDecided RecordDecision HasNews AnnounceDecision NothingToDo"),
    Case("no component can be asked for", MACHINE,
         by_hand(MACHINE, loaded, ("function:ApplyComponentsFunction", CRASH), copies=0),
         "ApplySuspension ApplyComponents NoteTrouble ObserveAgain DecideOutcome RecordOutcome Announce IsDone NotDone",
         ("FAILED", "Runtime.ExitError")),
    Case("the answer to a change is lost", MACHINE,
         _scaled_to(0, by_hand(MACHINE, loaded,
                               ("api:sagemaker.UpdateInferenceComponentRuntimeConfig", "error_after", 1), copies=0)),
         SCALED),
    Case("another run takes the lease", MACHINE, overtaken(MACHINE, loaded, copies=0), f"{CLAIMED} ClaimLost"),
    Case("the deployment is unknown", MACHINE, by_hand(MACHINE, unregistered, copies=0),
         NOT_EVEN_SEEN, ("FAILED", "RefusedError")),
    Case("the ledger can't be written", MACHINE, by_hand(MACHINE, loaded, RECORDING_DEAD, copies=0),
         "RecordOutcome RecordFailure GiveUp", ("FAILED", "Runtime.ExitError")),
    Case("each function dies once", MACHINE,
         _scaled_to(0, by_hand(MACHINE, loaded, *((f"function:{verb}*", CRASH, 1) for verb in FUNCTIONS), copies=0)),
         SCALED),
    Case("each function dies once after its work", MACHINE,
         _scaled_to(2, by_hand(MACHINE, loaded, *((f"function:{verb}*", "crash_after", 1) for verb in FUNCTIONS),
                               copies=2)),
         SCALED),
    Case("an endpoint for components", "endpoint_deploy", _scaled_to(1, by_hand("endpoint_deploy", empty)),
         f"AwaitEndpoint IsForComponents RunComponentsScale {JUDGED} Deployed"),
    Case("other copies are wished", "deployment_reconcile", _scaled_to(2, Play(loaded, _reconcile_scales)),
         "WhichMachine RunComponentsScale CountRound RecordDecision Reconciled"),
    Case("parked off the window", "window_handover",
         _scaled_to(0, by_hand("window_handover", loaded, ladder=["scale_to_zero"])),
         "WhichRung RunComponentsScale ApplyConfig ApplyEndpoint AwaitEndpoint ObserveAgain HandedOver"),
    Case("deleted with its components", "window_handover", by_hand("window_handover", loaded, ladder=["delete"]),
         "WhichRung ApplyDeletion AwaitDeletion ObserveAgain HandedOver"),
]  # fmt: skip
