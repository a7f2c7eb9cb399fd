"""Changes of SageMaker: asked once, and not at all if it is so already."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from berth_aws.sagemaker_changed import (
    create_config,
    create_endpoint,
    delete_config,
    delete_endpoint,
    resize_endpoint,
    update_endpoint,
)
from berth_core.decisions import ConfigSpec
from berth_core.errors import BusyError, RefusedError, UnknownOutcomeError

NOW = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
NAME = "llama-eval"
ARN = f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{NAME}"
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5-for-eval"
CONFIG = f"{NAME}-0a1b2c3d-x1"
CONFIG_ARN = f"arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/{CONFIG}"
TAGS = {"berth:stack": "berth", "berth:deployment": NAME}
TAG_LIST = [{"Key": "berth:deployment", "Value": NAME}, {"Key": "berth:stack", "Value": "berth"}]
SPEC = ConfigSpec(name=CONFIG, model="my-model", instance_type="ml.p5.48xlarge", instance_count=1, plan_arn=PLAN_ARN)
RESERVED = {"CapacityReservationPreference": "capacity-reservations-only", "MlReservationArn": PLAN_ARN}
VARIANT = {
    "VariantName": "main",
    "ModelName": "my-model",
    "InstanceType": "ml.p5.48xlarge",
    "InitialInstanceCount": 1,
    "InitialVariantWeight": 1.0,
    "CapacityReservationConfig": RESERVED,
}
CREATED = {"EndpointConfigArn": CONFIG_ARN}
ROUTING = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
ROLLOUT = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": ROUTING}}


@pytest.fixture
def stub(sagemaker: Any) -> Any:
    """Checks the parameters of each call, and afterwards that every answer was fetched: many tests assert no more."""
    with Stubber(sagemaker) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def there(stub: Stubber, status: str = "InService", config: str = CONFIG, **over: Any) -> None:
    variant = {"VariantName": "main", "CurrentInstanceCount": 1, "DesiredInstanceCount": over.pop("desired", 1)}
    answer = {
        "EndpointName": NAME,
        "EndpointArn": ARN,
        "EndpointStatus": status,
        "EndpointConfigName": config,
        "ProductionVariants": [variant],
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        **over,
    }
    stub.add_response("describe_endpoint", answer, {"EndpointName": NAME})


def gone(stub: Stubber) -> None:
    refused(stub, "describe_endpoint", f'Could not find endpoint "{ARN}".')


def refused(stub: Stubber, operation: str, message: str, code: str = "ValidationException", status: int = 400) -> None:
    stub.add_client_error(operation, code, message, http_status_code=status)


def tagged(stub: Stubber, stack: str | None = "berth") -> None:
    tags = [{"Key": "berth:stack", "Value": stack}] if stack else []
    stub.add_response("list_tags", {"Tags": tags}, {"ResourceArn": ARN})


def config_there(stub: Stubber, **over: Any) -> None:
    answer = {
        "EndpointConfigName": CONFIG,
        "EndpointConfigArn": CONFIG_ARN,
        "ProductionVariants": [{**VARIANT, **over}],
        "CreationTime": NOW,
    }
    stub.add_response("describe_endpoint_config", answer, {"EndpointConfigName": CONFIG})


def config_unseen(stub: Stubber) -> None:
    refused(stub, "describe_endpoint_config", f'Could not find endpoint configuration "{CONFIG_ARN}".')


class TestCreateConfig:
    @pytest.mark.parametrize("name", ["main", "AllTraffic"])
    def test_a_reserved_config_names_plan_and_variant_and_has_our_tags(
        self, sagemaker: Any, stub: Any, name: str
    ) -> None:
        config_unseen(stub)
        variant = VARIANT | {"VariantName": name}
        asked = {"EndpointConfigName": CONFIG, "ProductionVariants": [variant], "Tags": TAG_LIST}
        stub.add_response("create_endpoint_config", CREATED, asked)
        config_there(stub, VariantName=name)
        create_config(sagemaker, SPEC.model_copy(update={"variant": name}), TAGS)

    def test_an_on_demand_config_has_no_reservation(self, sagemaker: Any, stub: Stubber) -> None:
        config_unseen(stub)
        variant = {key: value for key, value in VARIANT.items() if key != "CapacityReservationConfig"}
        asked = {"EndpointConfigName": CONFIG, "ProductionVariants": [variant], "Tags": TAG_LIST}
        stub.add_response("create_endpoint_config", CREATED, asked)
        config_there(stub, CapacityReservationConfig={})
        create_config(sagemaker, SPEC.model_copy(update={"plan_arn": None}), TAGS)

    def test_a_config_that_is_there_with_the_same_content_is_fine(self, sagemaker: Any, stub: Stubber) -> None:
        config_there(stub)
        create_config(sagemaker, SPEC, TAGS)

    def test_a_config_that_is_there_with_other_content_is_refused(self, sagemaker: Any, stub: Stubber) -> None:
        config_there(stub, ModelName="another")
        with pytest.raises(RefusedError, match="exists with other content"):
            create_config(sagemaker, SPEC, TAGS)

    def test_a_config_that_is_not_shown_yet_is_busy(self, sagemaker: Any, stub: Stubber) -> None:
        config_unseen(stub)
        stub.add_response("create_endpoint_config", CREATED)
        config_unseen(stub)
        with pytest.raises(BusyError, match="doesn't show it yet"):
            create_config(sagemaker, SPEC, TAGS)

    def test_a_config_that_was_made_meanwhile_is_looked_at(self, sagemaker: Any, stub: Stubber) -> None:
        config_unseen(stub)
        refused(stub, "create_endpoint_config", "Cannot create already existing endpoint configuration")
        config_there(stub)
        create_config(sagemaker, SPEC, TAGS)

    def test_more_than_is_reserved_is_refused_in_the_words_of_aws(self, sagemaker: Any, stub: Stubber) -> None:
        config_unseen(stub)
        text = "Requested instance count (3) exceeds reserved capacity (2) for training plan."
        refused(stub, "create_endpoint_config", text)
        with pytest.raises(RefusedError, match=r"exceeds reserved capacity \(2\)"):
            create_config(sagemaker, SPEC, TAGS)


class TestCreateEndpoint:
    def test_it_is_created_on_its_config_with_our_tags(self, sagemaker: Any, stub: Stubber) -> None:
        gone(stub)
        asked = {"EndpointName": NAME, "EndpointConfigName": CONFIG, "Tags": TAG_LIST}
        stub.add_response("create_endpoint", {"EndpointArn": ARN}, asked)
        there(stub, "Creating")
        assert create_endpoint(sagemaker, NAME, CONFIG, TAGS) == f"created endpoint {NAME} on {CONFIG}"

    @pytest.mark.parametrize("status", ["Creating", "InService", "Failed"])
    def test_our_own_earlier_work_is_fine(self, sagemaker: Any, stub: Stubber, status: str) -> None:
        there(stub, status)
        tagged(stub)
        assert "created before" in create_endpoint(sagemaker, NAME, CONFIG, TAGS)

    @pytest.mark.parametrize("stack", [None, "another"])
    def test_an_endpoint_that_is_not_ours_is_not_touched(
        self, sagemaker: Any, stub: Stubber, stack: str | None
    ) -> None:
        there(stub)
        tagged(stub, stack)
        with pytest.raises(RefusedError, match="it isn't touched"):
            create_endpoint(sagemaker, NAME, CONFIG, TAGS)

    def test_an_endpoint_of_ours_on_another_config_is_refused(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, config="old")
        tagged(stub)
        with pytest.raises(RefusedError, match="exists on old"):
            create_endpoint(sagemaker, NAME, CONFIG, TAGS)

    def test_a_lost_answer_is_an_unknown_outcome(self, sagemaker: Any, stub: Stubber) -> None:
        gone(stub)
        refused(stub, "create_endpoint", "", "InternalFailure", 500)
        with pytest.raises(UnknownOutcomeError):
            create_endpoint(sagemaker, NAME, CONFIG, TAGS)


class TestUpdateEndpoint:
    def test_the_rollout_goes_along_as_it_was_decided(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, config="old")
        asked = {"EndpointName": NAME, "EndpointConfigName": CONFIG, "DeploymentConfig": ROLLOUT}
        stub.add_response("update_endpoint", {"EndpointArn": ARN}, asked)
        assert update_endpoint(sagemaker, NAME, CONFIG, ROLLOUT) == f"updated endpoint {NAME} to {CONFIG}"

    def test_without_a_rollout_aws_has_its_default(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, config="old")
        stub.add_response("update_endpoint", {"EndpointArn": ARN}, {"EndpointName": NAME, "EndpointConfigName": CONFIG})
        update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_nothing_is_asked_if_the_config_is_live(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        assert "already" in update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_nothing_is_asked_if_the_config_is_on_its_way(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Updating", config="old", PendingDeploymentSummary={"EndpointConfigName": CONFIG})
        assert "already" in update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_leaving_a_config_that_is_still_live_counts_as_not_on_it(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Updating", PendingDeploymentSummary={"EndpointConfigName": "next"})
        with pytest.raises(BusyError, match="is Updating"):
            update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_a_mix_of_configs_is_asked_again(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "UpdateRollbackFailed")
        stub.add_response("update_endpoint", {"EndpointArn": ARN})
        assert "updated" in update_endpoint(sagemaker, NAME, CONFIG, None)

    @pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
    def test_an_endpoint_in_transition_is_busy(self, sagemaker: Any, stub: Stubber, status: str) -> None:
        there(stub, status, config="old")
        with pytest.raises(BusyError, match=f"is {status}"):
            update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_an_update_that_began_since_the_look_is_busy(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, config="old")
        refused(stub, "update_endpoint", f'Cannot update in-progress endpoint "{ARN}".')
        with pytest.raises(BusyError):
            update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_an_endpoint_that_is_gone_is_refused(self, sagemaker: Any, stub: Stubber) -> None:
        gone(stub)
        with pytest.raises(RefusedError, match="is gone"):
            update_endpoint(sagemaker, NAME, CONFIG, None)

    def test_a_lost_answer_is_an_unknown_outcome(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, config="old")
        refused(stub, "update_endpoint", "", "InternalFailure", 500)
        with pytest.raises(UnknownOutcomeError):
            update_endpoint(sagemaker, NAME, CONFIG, None)


class TestResizeEndpoint:
    def test_only_the_count_is_asked(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        wanted = [{"VariantName": "main", "DesiredInstanceCount": 2}]
        asked = {"EndpointName": NAME, "DesiredWeightsAndCapacities": wanted}
        stub.add_response("update_endpoint_weights_and_capacities", {"EndpointArn": ARN}, asked)
        assert resize_endpoint(sagemaker, NAME, "main", 2) == f"resized endpoint {NAME} to 2 instances"

    def test_nothing_is_asked_if_the_count_is_desired_already(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Updating", desired=2)
        assert "already" in resize_endpoint(sagemaker, NAME, "main", 2)

    def test_an_endpoint_in_transition_is_busy(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Updating")
        with pytest.raises(BusyError):
            resize_endpoint(sagemaker, NAME, "main", 2)

    def test_an_unknown_variant_is_refused_by_name(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        with pytest.raises(RefusedError, match="has no variant AllTraffic, only main"):
            resize_endpoint(sagemaker, NAME, "AllTraffic", 2)


class TestDeletions:
    def test_an_endpoint_of_ours_is_deleted(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        tagged(stub)
        stub.add_response("delete_endpoint", {}, {"EndpointName": NAME})
        assert delete_endpoint(sagemaker, NAME, "berth") == f"deleted endpoint {NAME}"

    def test_a_failed_endpoint_is_deleted_too(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Failed")
        tagged(stub)
        stub.add_response("delete_endpoint", {})
        assert "deleted" in delete_endpoint(sagemaker, NAME, "berth")

    def test_gone_already_is_fine(self, sagemaker: Any, stub: Stubber) -> None:
        gone(stub)
        assert "gone already" in delete_endpoint(sagemaker, NAME, "berth")

    def test_going_already_is_fine(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Deleting")
        assert "being deleted already" in delete_endpoint(sagemaker, NAME, "berth")

    def test_gone_since_the_look_is_fine(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        tagged(stub)
        refused(stub, "delete_endpoint", f'Could not find endpoint "{ARN}".')
        assert "deleted" in delete_endpoint(sagemaker, NAME, "berth")

    def test_an_endpoint_that_is_not_ours_is_never_deleted(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub)
        tagged(stub, "another")
        with pytest.raises(RefusedError, match=r"berth:stack='another', ours have 'berth'"):
            delete_endpoint(sagemaker, NAME, "berth")

    def test_an_endpoint_in_transition_is_busy(self, sagemaker: Any, stub: Stubber) -> None:
        there(stub, "Updating")
        tagged(stub)
        with pytest.raises(BusyError):
            delete_endpoint(sagemaker, NAME, "berth")

    def test_a_config_is_deleted_and_gone_already_is_fine(self, sagemaker: Any, stub: Stubber) -> None:
        stub.add_response("delete_endpoint_config", {}, {"EndpointConfigName": CONFIG})
        delete_config(sagemaker, CONFIG)
        refused(stub, "delete_endpoint_config", f'Could not find endpoint configuration "{CONFIG_ARN}".')
        delete_config(sagemaker, CONFIG)
