"""A try-out before production: where it runs, what it is asked, and what counts as a good answer."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from berth_core.manifest.ending import PricedType
from berth_core.manifest.lists import without_doubles
from berth_core.manifest.serving import GB_IN_MB, SmokeTest
from berth_core.manifest.words import JsonPath
from berth_core.model import Frozen

Kind = Literal["text", "number", "boolean", "list", "block", "null"]


class Expected(Frozen):
    """One value in a JSON answer. Its path alone: it only has to be there."""

    path: JsonPath = Field(description="Where the value is, such as $.outputs[0].label.")
    kind: Kind | None = Field(default=None, description="text, number, boolean, list, block or null.")
    equals: str | None = Field(
        default=None, max_length=4096, description="The value as text: positive, 3 (3.0 is the same) or true."
    )
    at_least: Decimal | None = Field(default=None, description="A number no smaller than this.")
    at_most: Decimal | None = Field(default=None, description="A number no larger than this.")

    @field_validator("at_most")
    @classmethod
    def _leaves_room(cls, highest: Decimal | None, info: ValidationInfo) -> Decimal | None:
        lowest = info.data.get("at_least")
        if highest is not None and lowest is not None and highest < lowest:
            raise ValueError(f"is less than at_least ({lowest}): no number is both")
        return highest


class Likeness(Frozen):
    """What has to be as in production's answer to the same request."""

    paths: Annotated[tuple[JsonPath, ...], AfterValidator(without_doubles)] = Field(
        default=("$",), min_length=1, max_length=20, description="The values to compare; $ is the whole answer."
    )
    tolerance_percent: Decimal = Field(
        default=Decimal(0), ge=0, le=100, description="How far numbers may be apart, in percent of production's."
    )


class Check(SmokeTest):
    """One request that a model must answer on staging: in time, and well."""

    max_latency_ms: int = Field(
        default=60_000, ge=1, le=60_000, description="The longest that the answer may take, in milliseconds."
    )
    status: int = Field(
        default=200, ge=100, le=599, description="The HTTP status that the model's container has to answer with."
    )
    expect: tuple[Expected, ...] = Field(
        default=(), max_length=20, description="Values that the answer, which is JSON then, must have."
    )
    like_production: Likeness | None = Field(
        default=None,
        description="Asks production the same and compares. Left out while production isn't in service.",
    )

    @field_validator("like_production")
    @classmethod
    def _compares_answers(cls, likeness: Likeness | None, info: ValidationInfo) -> Likeness | None:
        if likeness is not None and info.data.get("status", 200) >= 400:
            raise ValueError("goes with an answer, and status asks for an error: leave one of the two out")
        return likeness


class Staging(Frozen):
    """A try-out before production: on serverless inference, which has no GPU, or on a small instance."""

    memory_mb: int = Field(
        default=4 * GB_IN_MB,
        ge=GB_IN_MB,
        le=6 * GB_IN_MB,
        multiple_of=GB_IN_MB,
        description="Memory of the serverless endpoint, in MB: 1024 to 6144, in steps of 1024.",
    )
    max_concurrency: int = Field(default=20, ge=1, le=200, description="Requests served at the same time: 1 to 200.")
    checks: tuple[Check, ...] = Field(
        default=(), max_length=50, description="Requests that must be answered. None: it only has to come up."
    )
    instance_type: PricedType | None = Field(
        default=None, description="Tries out on one instance of this type instead of serverless inference."
    )
    keep: bool = Field(
        default=False, description="Whether the staging endpoint stays after its checks, until the next release."
    )
    approval: Literal["required", "none"] = Field(
        default="required",
        description="required: a person says yes to what was measured. none: passed checks are the yes.",
    )

    @field_validator("keep")
    @classmethod
    def _costs_nothing_idle(cls, keep: bool, info: ValidationInfo) -> bool:
        if keep and info.data.get("instance_type"):
            raise ValueError("would let an instance run on with no end: it goes with serverless inference only")
        return keep
