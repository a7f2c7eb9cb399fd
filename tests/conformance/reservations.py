"""A plan, models, configs and endpoints in a few words, for the tests of the SageMaker twin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings

P5 = "ml.p5.48xlarge"
ROLE = "arn:aws:iam::111122223333:role/inference"
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5"
START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
END = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
PROVISION_SECONDS = 1.748 * 60
LOAD_SECONDS = 2.28 * 60
UNLOAD_SECONDS = 30
IDLE_SECONDS = 600
LAUNCH_SECONDS = (1.748 + 2.28) * 60
BLUE_GREEN_SECONDS = LAUNCH_SECONDS + 60
NO_CAPACITY = "InsufficientInstanceCapacity"
ENDPOINT_ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama"
HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}


def day(number: int, hour: int | None = None, minute: int = 0) -> datetime:
    """A moment in March 2026; without an hour 11:30, when plans begin and end."""
    return datetime(2026, 3, number, *((11, 30) if hour is None else (hour, minute)), tzinfo=UTC)


def component_spec(model: str = "m1", accelerators: int = 1) -> dict[str, Any]:
    needs = {"NumberOfAcceleratorDevicesRequired": accelerators, "MinMemoryRequiredInMb": 1024}
    return {"ModelName": model, "ComputeResourceRequirements": needs}


class Reservations:
    """What tests do again and again. The plan is `p5`: two instances from 3 to 10 March, 11:30."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sagemaker = cloud.client("sagemaker")
        self.runtime = cloud.client("sagemaker-runtime")

    def offer(self, **more: Any) -> str:
        body = {
            "instance_type": P5,
            "instance_count": 2,
            "blocks": [{"start": START.isoformat(), "end": END.isoformat(), "zone": "us-east-1a"}],
            "upfront_fee": "9000.00",
        }
        return self.cloud.sagemaker.put_on_sale({**body, **more})

    def buy(self, name: str = "p5", **offer: Any) -> str:
        bought = self.sagemaker.create_training_plan(TrainingPlanName=name, TrainingPlanOfferingId=self.offer(**offer))
        return str(bought["TrainingPlanArn"])

    def open(self, **offer: Any) -> None:
        """A bought plan, a minute after it has turned Active, and the models m1 and m2."""
        self.buy(**offer)
        self.models("m1", "m2")
        self.cloud.advance(to=day(3, 11, 33))

    def models(self, *names: str) -> None:
        for name in names:
            self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"})

    def config(self, name: str, model: str = "m1", count: int = 1, *, plan: str | None = PLAN_ARN, **more: Any) -> str:
        variant = {"VariantName": "AllTraffic", "ModelName": model, "InitialInstanceCount": count, "InstanceType": P5}
        if plan is not None:
            variant["CapacityReservationConfig"] = {
                "CapacityReservationPreference": "capacity-reservations-only",
                "MlReservationArn": plan,
            }
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[{**variant, **more}])
        return name

    def endpoint(self, name: str = "llama", config: str = "c1") -> None:
        """In service on the config, which is made if it does not exist."""
        if not self.sagemaker.list_endpoint_configs(NameContains=config)["EndpointConfigs"]:
            self.config(config)
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        self.cloud.advance(seconds=LAUNCH_SECONDS)

    # Inference components

    def component_config(self, name: str = "ic", count: int = 1, *, plan: str | None = PLAN_ARN, **scaling: Any) -> str:
        """A config for components; `scaling` is its ManagedInstanceScaling, from 0 to 2 instances unless said."""
        managed = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2, **scaling}
        variant = {
            "VariantName": "AllTraffic",
            "InitialInstanceCount": count,
            "InstanceType": P5,
            "ManagedInstanceScaling": managed,
            "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
        }
        if plan is not None:
            variant["CapacityReservationConfig"] = {
                "CapacityReservationPreference": "capacity-reservations-only",
                "MlReservationArn": plan,
            }
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant], ExecutionRoleArn=ROLE
        )
        return name

    def component_endpoint(self, name: str = "llama", config: str = "ic", **more: Any) -> None:
        """In service for components, without any."""
        self.component_config(config, **more)
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        self.cloud.advance(seconds=PROVISION_SECONDS)

    def component(self, name: str = "a", copies: int = 1, accelerators: int = 1, **more: Any) -> str:
        """Asked for on llama; it is in service after LOAD_SECONDS if there is room."""
        made = self.sagemaker.create_inference_component(
            InferenceComponentName=name,
            EndpointName=more.pop("endpoint", "llama"),
            Specification=component_spec(more.pop("model", "m1"), accelerators),
            RuntimeConfig={"CopyCount": copies},
            **more,
        )
        return str(made["InferenceComponentArn"])

    def copies(self, count: int, name: str = "a") -> None:
        self.sagemaker.update_inference_component_runtime_config(
            InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": count}
        )

    def seen_component(self, name: str = "a") -> dict[str, Any]:
        described: dict[str, Any] = self.sagemaker.describe_inference_component(InferenceComponentName=name)
        return described

    def component_state(self, name: str = "a") -> tuple[str, int, int]:
        """Status, copies that stand, copies that are wanted."""
        seen = self.seen_component(name)
        runtime = seen["RuntimeConfig"]
        return seen["InferenceComponentStatus"], runtime["CurrentCopyCount"], runtime["DesiredCopyCount"]

    def update(self, config: str, **more: Any) -> None:
        self.sagemaker.update_endpoint(EndpointName="llama", EndpointConfigName=config, **more)

    def scale(self, count: int) -> None:
        wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": count}]
        self.sagemaker.update_endpoint_weights_and_capacities(EndpointName="llama", DesiredWeightsAndCapacities=wanted)

    def seen(self, name: str = "llama") -> dict[str, Any]:
        described: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=name)
        return described

    @property
    def state(self) -> tuple[str, str, str]:
        """Status, config and failure reason of llama."""
        seen = self.seen()
        return seen["EndpointStatus"], seen["EndpointConfigName"], seen.get("FailureReason", "")

    def count(self) -> int:
        return int(self.seen()["ProductionVariants"][0]["CurrentInstanceCount"])

    def plan(self, name: str = "p5") -> dict[str, Any]:
        described: dict[str, Any] = self.sagemaker.describe_training_plan(TrainingPlanName=name)
        return described

    def invoke(self, name: str = "llama", component: str | None = None) -> bytes:
        more = {} if component is None else {"InferenceComponentName": component}
        body: bytes = self.runtime.invoke_endpoint(EndpointName=name, Body=b"{}", **more)["Body"].read()
        return body

    def told(self, kind: str) -> list[tuple[str, str]]:
        """Time and text of the timeline's entries of a kind."""
        return [(f"{entry.at:%d %H:%M}", entry.text) for entry in self.cloud.timeline if entry.kind == kind]


def started(**settings: Any) -> Reservations:
    """A cloud with these settings, the plan open and one instance of two in service."""
    site = Reservations(Cloud.start(Settings(**settings)))
    site.open()
    site.endpoint()
    return site
