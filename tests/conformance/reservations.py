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
LAUNCH_SECONDS = (1.748 + 2.28) * 60
BLUE_GREEN_SECONDS = LAUNCH_SECONDS + 60
NO_CAPACITY = "InsufficientInstanceCapacity"
ENDPOINT_ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama"
HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}


def day(number: int, hour: int | None = None, minute: int = 0) -> datetime:
    """A moment in March 2026; without an hour 11:30, when plans begin and end."""
    return datetime(2026, 3, number, *((11, 30) if hour is None else (hour, minute)), tzinfo=UTC)


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

    def invoke(self, name: str = "llama") -> bytes:
        body: bytes = self.runtime.invoke_endpoint(EndpointName=name, Body=b"{}")["Body"].read()
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
