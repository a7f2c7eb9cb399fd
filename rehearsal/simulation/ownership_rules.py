"""Rules about who may touch what, and one at a time: each yields what broke it."""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.sagemaker.endpoint import BUSY
from rehearsal.simulation.calls import SeenCall
from rehearsal.simulation.record import Record
from rehearsal.simulation.violations import Violation

STACK_TAG = "berth:stack"
_ENDPOINT_CALLS = ("CreateEndpoint", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "DeleteEndpoint")
_CONFIG_CALLS = ("CreateEndpointConfig", "DeleteEndpointConfig")
_COMPONENT_CALLS = (
    "CreateInferenceComponent",
    "UpdateInferenceComponent",
    "UpdateInferenceComponentRuntimeConfig",
    "DeleteInferenceComponent",
)
_PARTS = (*_CONFIG_CALLS, *_COMPONENT_CALLS)
_TAKES_NO_TAGS = ("ExtendTrainingPlan",)


def only_what_is_ours(record: Record) -> Iterator[Violation]:
    """Whatever the service changes carries the stack's tag, and whatever it makes is given it."""
    for call in record.changes:
        if call.operation not in _TAKES_NO_TAGS and STACK_TAG not in dict(call.tags):
            yield Violation("only what is ours", call.at, f"{call.operation} of {call.subject}, without {STACK_TAG}")


def no_config_in_use_is_deleted(record: Record) -> Iterator[Violation]:
    """Neither a live config nor one that an endpoint is changing to."""
    for call in record.changes:
        if call.operation == "DeleteEndpointConfig" and call.name in call.in_use:
            yield Violation("no config in use is deleted", call.at, f"{call.name} is in use")


def one_at_a_time(record: Record) -> Iterator[Violation]:
    """Who changes an endpoint holds its lease, nothing is asked of one that is changing, and no two runs take turns."""
    for name in record.world.deployments:
        calls = [call for call in record.changes if call.operation in _ENDPOINT_CALLS and call.name == name]
        parts = [call for call in record.changes if call.operation in _PARTS and call.deployment == name]
        yield from _without_lease([*calls, *(call for call in parts if call.holder and not _is_staging(call, name))])
        yield from _taking_turns(calls)
    for call in record.calls:
        if call.by == "berth" and call.operation in _ENDPOINT_CALLS and call.refused and call.status in BUSY:
            text = f"{call.operation} of {call.name} while it is {call.status}"
            if not _is_repeated_by_sdk(record, call) and not _is_unseen(record, call):
                yield Violation("one at a time", call.at, text)


def _is_staging(call: SeenCall, deployment: str) -> bool:
    """Another endpoint, of the release alone: two releases of one deployment are told apart by name."""
    return call.name.startswith(f"{deployment}-staging-")


def _without_lease(calls: list[SeenCall]) -> Iterator[Violation]:
    for call in calls:
        if call.lease_holder is None or call.lease_holder != call.holder:
            text = (
                f"{call.operation} of {call.name} by {_short(call.holder)}, the lease is {_short(call.lease_holder)}'s"
            )
            yield Violation("one at a time", call.at, text)


def _taking_turns(calls: list[SeenCall]) -> Iterator[Violation]:
    done: set[str | None] = set()
    last: str | None = None
    for call in calls:
        if call.holder in done and call.holder != last:
            text = f"{call.operation} of {call.name} by {_short(call.holder)}, after another run had changed it"
            yield Violation("one at a time", call.at, text)
        done.add(call.holder)
        last = call.holder


def _is_repeated_by_sdk(record: Record, refused: SeenCall) -> bool:
    """Its first answer was lost a moment ago, and boto3 repeats the call within the same run of the function."""
    earlier = [call for call in record.changes if call.invocation == refused.invocation and call.at <= refused.at]
    return any(call.operation == refused.operation and call.subject == refused.subject for call in earlier)


def _is_unseen(record: Record, refused: SeenCall) -> bool:
    """It was created a moment ago and isn't shown yet: to create it again is the one way to find out."""
    seconds = record.run.scenario.settings.shown_after_seconds
    made = [call.at for call in record.changes if call.operation == "CreateEndpoint" == refused.operation]
    return any(0 <= (refused.at - at).total_seconds() <= seconds for at in made)


def _short(holder: str | None) -> str:
    return (holder or "nobody").rpartition(":")[2]


def nothing_beyond_the_reservation(record: Record) -> Iterator[Violation]:
    """What doesn't fit is refused by the service, before AWS has to."""
    for call in record.calls:
        if call.by == "berth" and call.refused and "exceeds reserved capacity" in call.refused:
            text = f"{call.operation} of {call.subject} is refused: {call.refused}"
            yield Violation("nothing beyond the reservation", call.at, text)
