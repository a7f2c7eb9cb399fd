"""Every permission that the stories need is granted, and none of them reaches what belongs to somebody else."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from rehearsal import scenario
from rehearsal.iam.enforcement import Use
from rehearsal.iam.verdicts import Asked, judge
from rehearsal.run import Run

Replayed = Callable[[str], Run]
READS = ("Describe", "List", "Search", "Get", "Invoke")
# AWS lets these be narrowed by no tag; the reasons stand in tests/arch/test_permissions.py and in the template.
WITHOUT_TAGS = frozenset({"sagemaker:CreateReservedCapacity", "sagemaker:ExtendTrainingPlan"})

CHANGING = ("components", "walkthrough")

each_story = pytest.mark.parametrize("name", scenario.names())


@each_story
def test_every_call_is_granted(name: str, replayed: Replayed) -> None:
    run = replayed(name)
    assert run.permissions
    assert [f"{use.role} may not {use.asked}" for use in run.permissions if not use.verdict.allowed] == []


@each_story
def test_no_change_reaches_what_is_not_ours(name: str, replayed: Replayed) -> None:
    within_reach = [
        f"{use.role} may {foreign}"
        for use in replayed(name).permissions
        if _changes(use.asked)
        for foreign in _of_strangers(use.asked)
        if judge(foreign, use.statements).allowed
    ]
    assert within_reach == []


def test_the_stories_change_things_in_every_way_that_is_granted_by_tag(replayed: Replayed) -> None:
    """Otherwise the proof above would prove little."""
    changed = {use.asked.action for name in CHANGING for use in _changing(replayed(name))}
    assert changed >= {
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:RegisterScalableTarget",
        "sagemaker:AddTags",
        "sagemaker:CreateEndpoint",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:CreateInferenceComponent",
        "sagemaker:DeleteEndpoint",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:UpdateEndpoint",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
    }


def _changing(run: Run) -> Iterator[Use]:
    return (use for use in run.permissions if _changes(use.asked))


def _changes(asked: Asked) -> bool:
    service, _, name = asked.action.partition(":")
    tagged = service in ("sagemaker", "application-autoscaling") and asked.action not in WITHOUT_TAGS
    return tagged and not name.startswith(READS)


def _of_strangers(asked: Asked) -> Iterator[Asked]:
    """The same call on the same thing, had it no tags, or those of another stack."""
    untagged = {key: value for key, value in asked.context.items() if not _names_the_stack(key)}
    yield replace(asked, context=untagged)
    yield replace(asked, context=untagged | {key: "another" for key in asked.context if _names_the_stack(key)})


def _names_the_stack(key: str) -> bool:
    return key.startswith(("aws:ResourceTag/", "aws:RequestTag/"))
