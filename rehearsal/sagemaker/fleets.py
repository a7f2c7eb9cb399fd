"""What runs: the variants of a config, with their present counts, and the instances that they need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.sagemaker.arns import kind_and_name
from rehearsal.sagemaker.capacity import Pool


@dataclass(frozen=True)
class ManagedScaling:
    """Between so many instances SageMaker scales the variant by itself, as the copies on it need them."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class Variant:
    """A production variant. `asked` is its part of the CreateEndpointConfig request."""

    name: str
    asked: dict[str, Any]
    count: int
    weight: float

    @property
    def model(self) -> str | None:
        return self.asked.get("ModelName")

    @property
    def instance_type(self) -> str | None:
        """None for serverless variants and those with instance pools."""
        return self.asked.get("InstanceType")

    @property
    def plan_arn(self) -> str | None:
        arn: str | None = self.asked.get("CapacityReservationConfig", {}).get("MlReservationArn")
        return arn

    @property
    def plan(self) -> str | None:
        return kind_and_name(self.plan_arn)[1] if self.plan_arn else None

    @property
    def serverless(self) -> dict[str, Any] | None:
        return self.asked.get("ServerlessConfig")

    @property
    def for_components(self) -> bool:
        """It has instances and no model of its own: inference components bring theirs."""
        return self.model is None and self.serverless is None

    @property
    def scaling(self) -> ManagedScaling | None:
        """None unless ManagedInstanceScaling is on. What stands in for a missing bound or status is an assumption."""
        asked = self.asked.get("ManagedInstanceScaling")
        if asked is None or asked.get("Status", "ENABLED") != "ENABLED":
            return None
        initial = self.asked.get("InitialInstanceCount", 1)
        return ManagedScaling(asked.get("MinInstanceCount", 1), asked.get("MaxInstanceCount", initial))

    def same_but_for_count(self, other: Variant) -> bool:
        return _without_count(self.asked) == _without_count(other.asked)


def _without_count(asked: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if key != "InitialInstanceCount"}


def variant_of(asked: dict[str, Any]) -> Variant:
    return Variant(
        name=asked["VariantName"],
        asked=asked,
        count=asked.get("InitialInstanceCount", 0),
        weight=asked.get("InitialVariantWeight", 1.0),
    )


@dataclass(frozen=True)
class Fleet:
    """The variants of one endpoint config, as many of each as run or are wanted."""

    config: str
    variants: tuple[Variant, ...]

    @property
    def count(self) -> int:
        return sum(variant.count for variant in self.variants)

    @property
    def plan(self) -> str | None:
        """The plan that it is bound to: one for the whole endpoint (aws-facts 2.1)."""
        return next((variant.plan for variant in self.variants if variant.plan), None)

    @property
    def for_components(self) -> bool:
        return any(variant.for_components for variant in self.variants)

    def needs(self) -> Counter[Pool]:
        """Instances by where they come from. Serverless variants need none."""
        needed: Counter[Pool] = Counter()
        for variant in self.variants:
            if variant.instance_type and variant.count:
                needed[Pool(variant.instance_type, variant.plan)] += variant.count
        return needed

    def variant(self, name: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.name == name), None)

    def counted(self, counts: Mapping[str, int]) -> Fleet:
        """The same with other counts; variants that are not named keep theirs."""
        return replace(self, variants=tuple(replace(v, count=counts.get(v.name, v.count)) for v in self.variants))

    def weighted(self, weights: Mapping[str, float]) -> Fleet:
        return replace(self, variants=tuple(replace(v, weight=weights.get(v.name, v.weight)) for v in self.variants))

    def differs_in_count_only(self, other: Fleet) -> bool:
        pairs = zip(self.variants, other.variants, strict=False)
        return len(self.variants) == len(other.variants) and all(one.same_but_for_count(two) for one, two in pairs)

    def grown_beyond(self, other: Fleet) -> Fleet:
        """What of this fleet the other doesn't have yet."""
        more = {v.name: max(0, v.count - (o.count if (o := other.variant(v.name)) else 0)) for v in self.variants}
        return self.counted(more)

    def empty(self) -> Fleet:
        return self.counted({variant.name: 0 for variant in self.variants})
