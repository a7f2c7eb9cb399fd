"""Components in the ledger and at SageMaker: what is asked, and what is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError

from berth_aws import clients
from berth_aws.components_changed import Ours, bring_about, delete_component, has_failed
from berth_aws.ledger import Ledger
from berth_aws.steps import apply_components
from berth_core.decisions import ComponentSpec, Scale
from berth_core.errors import RefusedError, UnknownOutcomeError
from berth_core.facts import Gap
from tests.builders import registration

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
TAGS = {"berth:stack": "berth", "berth:deployment": NAME}
OURS = Ours(endpoint=NAME, tags=TAGS)
SPEC = ComponentSpec(name="llama-8b", model="m1", accelerators=1, memory_mb=1024, copies=2)
NEEDS = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}


class TestRows:
    def test_gaps_come_newest_first_and_the_last_word_counts(self, ledger: Ledger) -> None:
        first, second = Gap(started_at=NOW), Gap(started_at=NOW + timedelta(hours=1))
        ended = first.model_copy(update={"ended_at": NOW + timedelta(minutes=30)})
        for gap in (first, second, ended, ended):
            ledger.components.keep_gap(NAME, gap)
        assert ledger.components.gaps(NAME) == (second, ended)
        assert ledger.components.gaps("other") == ()

    def test_a_specification_is_kept_by_component(self, ledger: Ledger) -> None:
        assert ledger.components.specification(NAME, "llama-8b") is None
        for model in ("m1", "m2"):
            ledger.components.keep_specification(NAME, "llama-8b", {"ModelName": model})
        assert ledger.components.specification(NAME, "llama-8b") == {"ModelName": "m2"}


def sagemaker(tags: dict[str, str] | None = None, **over: Any) -> MagicMock:
    """A client that shows one component, or none if `over` says `there=False`."""
    client = MagicMock()
    if not over.pop("there", True):
        gone = {"Error": {"Code": "ValidationException", "Message": "Could not find inference component"}}
        client.describe_inference_component.side_effect = ClientError(gone, "DescribeInferenceComponent")  # type: ignore[arg-type]
    client.describe_inference_component.return_value = {
        "InferenceComponentName": "llama-8b",
        "InferenceComponentArn": "arn:c",
        "InferenceComponentStatus": "InService",
        "Specification": {"ModelName": "m1", "ComputeResourceRequirements": NEEDS},
        "RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 2},
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        **over,
    }
    pages = [{"Tags": [{"Key": key, "Value": value} for key, value in (TAGS if tags is None else tags).items()]}]
    client.get_paginator.return_value.paginate.return_value = pages
    return client


class TestBringAbout:
    def test_copies_that_others_asked_for_in_vain_are_not_waited_for(self) -> None:
        client = sagemaker(RuntimeConfig={"DesiredCopyCount": 2, "CurrentCopyCount": 1}, FailureReason="no room")
        assert bring_about(client, SPEC.model_copy(update={"copies": None}), OURS, None) == ""
        assert bring_about(client, SPEC, OURS, None) == "llama-8b has 1 of 2 copies"

    def test_as_wanted_nothing_is_asked_and_nothing_is_pending(self) -> None:
        assert bring_about(sagemaker(), SPEC, OURS, None) == ""

    def test_what_is_missing_is_made_with_our_tags_and_what_it_had_before(self) -> None:
        client = sagemaker(there=False)
        spread = {"PlacementStrategy": "SPREAD"}
        kept = {"ModelName": "old", "ComputeResourceRequirements": NEEDS, "SchedulingConfig": spread}
        assert bring_about(client, SPEC, OURS, kept) == "llama-8b is created"
        asked = client.create_inference_component.call_args.kwargs
        assert asked["Specification"] == {
            "ModelName": "m1",
            "ComputeResourceRequirements": NEEDS,
            "SchedulingConfig": spread,
        }
        assert (asked["VariantName"], asked["RuntimeConfig"]) == ("main", {"CopyCount": 2})
        bring_about(client, SPEC, OURS._replace(variant="AllTraffic"), kept)
        assert client.create_inference_component.call_args.kwargs["VariantName"] == "AllTraffic"
        assert {each["Key"]: each["Value"] for each in asked["Tags"]} == TAGS

    def test_none_is_made_without_a_copy(self) -> None:
        client = sagemaker(there=False)
        bring_about(client, SPEC.model_copy(update={"copies": 0}), OURS, None)
        assert client.create_inference_component.call_args.kwargs["RuntimeConfig"] == {"CopyCount": 1}

    def test_another_number_of_copies_is_set_directly(self) -> None:
        client = sagemaker()
        assert bring_about(client, SPEC.model_copy(update={"copies": 0}), OURS, None) == "llama-8b gets 0 copies"
        client.update_inference_component_runtime_config.assert_called_once_with(
            InferenceComponentName="llama-8b", DesiredRuntimeConfig={"CopyCount": 0}
        )

    def test_without_a_number_the_copies_are_left_to_auto_scaling(self) -> None:
        client = sagemaker(RuntimeConfig={"DesiredCopyCount": 4, "CurrentCopyCount": 4})
        assert bring_about(client, SPEC.model_copy(update={"copies": None}), OURS, None) == ""

    def test_another_model_is_an_update_with_its_rollout(self) -> None:
        client = sagemaker()
        policy = {"RollingUpdatePolicy": {"WaitIntervalInSeconds": 0}}
        wanted = SPEC.model_copy(update={"model": "m2", "rollout": policy})
        assert bring_about(client, wanted, OURS, None) == "llama-8b is updated"
        asked = client.update_inference_component.call_args.kwargs
        assert (asked["Specification"]["ModelName"], asked["DeploymentConfig"]) == ("m2", policy)

    @pytest.mark.parametrize(
        ("over", "pending"),
        [
            ({"InferenceComponentStatus": "Creating"}, "llama-8b is Creating"),
            ({"InferenceComponentStatus": "Failed"}, ""),
            ({"RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 1}}, "llama-8b has 1 of 2 copies"),
        ],
    )
    def test_what_is_on_its_way_is_waited_for(self, over: dict[str, Any], pending: str) -> None:
        assert bring_about(sagemaker(**over), SPEC, OURS, None) == pending

    def test_a_strangers_component_is_never_touched(self) -> None:
        client = sagemaker(tags={})
        with pytest.raises(RefusedError, match="doesn't carry our tags"):
            bring_about(client, SPEC, OURS, None)
        with pytest.raises(RefusedError, match="doesn't carry our tags"):
            delete_component(client, "llama-8b", OURS)
        client.delete_inference_component.assert_not_called()

    def test_a_lost_answer_is_an_unknown_outcome(self) -> None:
        client = sagemaker()
        lost = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
        client.update_inference_component_runtime_config.side_effect = ClientError(lost, "X")  # type: ignore[arg-type]
        with pytest.raises(UnknownOutcomeError):
            bring_about(client, SPEC.model_copy(update={"copies": 0}), OURS, None)


class TestDelete:
    def test_it_is_asked_once_and_gone_is_fine(self) -> None:
        assert delete_component(sagemaker(), "llama-8b", OURS) == "llama-8b is to be deleted"
        assert delete_component(sagemaker(there=False), "llama-8b", OURS) == ""
        going = sagemaker(InferenceComponentStatus="Deleting")
        assert delete_component(going, "llama-8b", OURS) == "llama-8b is being deleted"
        going.delete_inference_component.assert_not_called()

    def test_the_one_that_was_made_anew_stays(self) -> None:
        client = sagemaker()
        assert delete_component(client, "llama-8b", OURS, made_before=NOW) == ""
        assert delete_component(client, "llama-8b", OURS, made_before=NOW + timedelta(seconds=1))

    def test_failed_before_is_told_from_failed_since(self) -> None:
        failed = sagemaker(InferenceComponentStatus="Failed")
        assert has_failed(failed, "llama-8b", NOW + timedelta(seconds=1))
        assert not has_failed(failed, "llama-8b", NOW)
        assert not has_failed(sagemaker(there=False), "llama-8b", NOW)


class TestParkedBesideAFailedOne:
    def applied(self, monkeypatch: pytest.MonkeyPatch, client: MagicMock, copies: int) -> Any:
        spec = SPEC.model_copy(update={"copies": copies})
        asked = {"kind": "scale", "id": "d", "reason": "r", "started_at": NOW + timedelta(minutes=1)}
        decision = Scale.model_validate(
            {
                **asked,
                "action": "copies",
                "target": "t",
                "components": (spec,),
                "copies": 0,
                "give_up_at": NOW + timedelta(hours=1),
            }
        )
        monkeypatch.setattr(clients, "once_only", lambda _service: client)
        monkeypatch.setattr(apply_components, "names_on", lambda *_: ("llama-8b",))
        ledger = MagicMock()
        ledger.registrations.get.return_value = registration()
        return apply_components.apply_components(NAME, "me", decision, "berth", ledger, NOW)

    def test_what_shall_have_no_copy_is_not_made_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client = sagemaker(InferenceComponentStatus="Failed")
        assert self.applied(monkeypatch, client, copies=0).kind == "settled"
        client.delete_inference_component.assert_not_called()
        assert self.applied(monkeypatch, client, copies=1).pending == ("llama-8b is to be deleted",)
