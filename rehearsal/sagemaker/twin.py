"""SageMaker in this cloud: its parts, its operations, and what scenarios and routes can do behind its back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from rehearsal.sagemaker.arns import Arns, kind_and_name
from rehearsal.sagemaker.capacity import Capacity
from rehearsal.sagemaker.component_rollouts import ComponentRollouts
from rehearsal.sagemaker.components import Components
from rehearsal.sagemaker.configs import Configs
from rehearsal.sagemaker.copy_counts import CopyCounts
from rehearsal.sagemaker.endpoints import Endpoints
from rehearsal.sagemaker.events import Events
from rehearsal.sagemaker.history import History
from rehearsal.sagemaker.hosting import Hosting
from rehearsal.sagemaker.journal import Journal
from rehearsal.sagemaker.late_sight import LateSight
from rehearsal.sagemaker.marketplace import Marketplace
from rehearsal.sagemaker.models import Models
from rehearsal.sagemaker.on_sale import OnSale
from rehearsal.sagemaker.plan_book import PlanBook
from rehearsal.sagemaker.plan_changes import PlanChange
from rehearsal.sagemaker.runtime import Runtime
from rehearsal.sagemaker.search import search
from rehearsal.sagemaker.serverless import ColdStarts
from rehearsal.sagemaker.tags import Tags
from rehearsal.sagemaker.usage import Usage, usage

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud

Operation = Callable[[dict[str, Any]], dict[str, Any]]


class _OnDemand(BaseModel):
    """The body of POST /_rehearsal/capacity."""

    model_config = ConfigDict(extra="forbid")

    instance_type: str = Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    available: int = Field(ge=0)


class Twin:
    """The twin's state. Each part knows the twin and, through it, the others."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.kernel = cloud.kernel
        self.timings = cloud.settings.timings
        self.arns = Arns(cloud.settings.account_id, cloud.settings.region)
        self.journal = Journal(cloud.timeline)
        self.tags = Tags(self._exists)
        self.capacity = Capacity(
            lambda: self.now, lambda plan: self.plans.size_for_launch(plan), lambda: self.hosting.look_again()
        )
        self.history = History(lambda: self.now, self.capacity)
        self.events = Events(self)
        self.plans = PlanBook(self)
        self.marketplace = Marketplace(self)
        self.models = Models(self)
        self.configs = Configs(self)
        self.endpoints = Endpoints(self)
        self.components = Components(self)
        self.component_rollouts = ComponentRollouts(self)
        self.hosting = Hosting(self)
        self.copy_counts = CopyCounts()
        cloud.alarms.changed.append(self._alarm_changed)
        self.runtime = Runtime(self)
        self.cold_starts = ColdStarts(self)
        operations = {
            **_plan_operations(self),
            **_endpoint_operations(self),
            **_component_operations(self),
            **_shared_operations(self),
        }
        self.operations: dict[str, Operation] = LateSight(cloud).before(operations)

    @property
    def now(self) -> datetime:
        return self.kernel.now

    def _exists(self, arn: str) -> bool:
        kind, name = kind_and_name(arn)
        if kind == "endpoint":
            return any(endpoint.arn == arn for endpoint in self.endpoints.all())
        if kind == "endpoint-config":
            return self.configs.get(name) is not None
        if kind == "inference-component":
            return self.components.get(name) is not None
        if kind == "model":
            return self.models.get(name) is not None
        return self.plans.by_arn(arn) is not None

    def _alarm_changed(self, _name: str, _state: str) -> None:
        self.endpoints.alarm_changed()
        for component in self.components.all():
            self.component_rollouts.alarm_changed(component)

    # Behind the service's back

    def put_on_sale(self, body: dict[str, Any]) -> str:
        """Put an offering on sale and return its id. Raises ValueError naming the field if the body is wrong."""
        return self.marketplace.put_on_sale(OnSale.model_validate(body))

    def withdraw_offer(self, offering_id: str) -> None:
        """Searches don't find it any more, and it can't be bought. KeyError if it isn't on sale."""
        self.marketplace.withdraw(offering_id)

    def change_plan(self, body: dict[str, Any]) -> None:
        """Move a bought plan's times or force its status. Raises ValueError naming the field if the body is wrong."""
        self.plans.change(PlanChange.model_validate(body))

    def set_on_demand(self, instance_type: str, available: int) -> None:
        """From now on so many instances of the type can run on demand, those that run included. Raises ValueError."""
        asked = _OnDemand(instance_type=instance_type, available=available)
        self.capacity.set_on_demand(asked.instance_type, asked.available)
        self.hosting.look_again()
        self.cloud.touched()

    def usage(self) -> Usage:
        """What was reserved, used and run on demand up to now."""
        return usage(self.plans.all(), list(self.capacity.holdings()), self.history.endpoint_spans(), self.now)


def _plan_operations(twin: Twin) -> dict[str, Operation]:
    return {
        "SearchTrainingPlanOfferings": twin.marketplace.search,
        "CreateTrainingPlan": twin.marketplace.create_plan,
        "ExtendTrainingPlan": twin.marketplace.extend_plan,
        "DescribeTrainingPlan": twin.plans.describe,
        "ListTrainingPlans": twin.plans.list,
        "DescribeReservedCapacity": twin.plans.describe_reserved_capacity,
        "DescribeTrainingPlanExtensionHistory": twin.plans.extension_history,
    }


def _endpoint_operations(twin: Twin) -> dict[str, Operation]:
    return {
        "CreateModel": twin.models.create,
        "DescribeModel": twin.models.describe,
        "ListModels": twin.models.list,
        "DeleteModel": twin.models.delete,
        "CreateEndpointConfig": twin.configs.create,
        "DescribeEndpointConfig": twin.configs.describe,
        "ListEndpointConfigs": twin.configs.list,
        "DeleteEndpointConfig": twin.configs.delete,
        "CreateEndpoint": twin.endpoints.create,
        "DescribeEndpoint": twin.endpoints.describe,
        "ListEndpoints": twin.endpoints.list,
        "UpdateEndpoint": twin.endpoints.update,
        "UpdateEndpointWeightsAndCapacities": twin.endpoints.update_weights_and_capacities,
        "DeleteEndpoint": twin.endpoints.delete,
    }


def _component_operations(twin: Twin) -> dict[str, Operation]:
    return {
        "CreateInferenceComponent": twin.components.create,
        "DescribeInferenceComponent": twin.components.describe,
        "ListInferenceComponents": twin.components.list,
        "UpdateInferenceComponent": twin.components.update,
        "UpdateInferenceComponentRuntimeConfig": twin.components.update_runtime_config,
        "DeleteInferenceComponent": twin.components.delete,
    }


def _shared_operations(twin: Twin) -> dict[str, Operation]:
    return {
        "AddTags": twin.tags.add,
        "ListTags": twin.tags.list,
        "DeleteTags": twin.tags.delete,
        "Search": lambda request: search(twin, request),
    }
