"""What a deployment serves: inference components, models that share a window, and the requests that try them out."""

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from berth_core.manifest.words import ComponentName, ContentType, ModelName
from berth_core.model import Frozen

# Serverless inference takes 1 to 6 GB, in steps of 1 GB (aws-facts 8).
GB_IN_MB = 1024


def _as_many_as_copies(given: dict[str, Any]) -> int:
    copies: int = given.get("copies", 1)
    return max(copies, 1)


class Component(Frozen):
    """One inference component on the endpoint."""

    name: ComponentName = Field(description="The inference component's name; unique in the account and Region.")
    model: ModelName = Field(description="The SageMaker model that it serves.")
    copies: int = Field(default=1, ge=0, description="How many copies run at first. 0 parks it.")
    min_copies: int = Field(default=0, ge=0, description="Never fewer copies than this.")
    max_copies: int = Field(
        default_factory=_as_many_as_copies,
        ge=1,
        description="Never more copies than this. As many as `copies`, and at least 1, if left out. Auto scaling "
        "goes only as far as the instances have accelerators beside the `copies` of the other components.",
    )
    accelerators: int = Field(default=1, ge=1, description="Accelerators (GPUs) that one copy needs.")
    memory_mb: int = Field(default=GB_IN_MB, ge=128, description="Memory that one copy needs, in MB; at least 128.")

    @field_validator("min_copies")
    @classmethod
    def _starts_high_enough(cls, lowest: int, info: ValidationInfo) -> int:
        copies = info.data.get("copies")
        if copies is not None and lowest > copies:
            raise ValueError(f"is more than copies ({copies}): min_copies <= copies <= max_copies must hold")
        return lowest

    @field_validator("max_copies")
    @classmethod
    def _starts_low_enough(cls, highest: int, info: ValidationInfo) -> int:
        copies = info.data.get("copies")
        if copies is not None and highest < copies:
            raise ValueError(f"is less than copies ({copies}): min_copies <= copies <= max_copies must hold")
        return highest


class Evaluation(Frozen):
    """One model's turn in a window that several models share."""

    model: ModelName = Field(description="The SageMaker model under evaluation.")
    hours: int = Field(ge=1, le=4368, description="How many hours it runs before the next one's turn.")


class SmokeTest(Frozen):
    """One request that must be answered before a deployment counts as done."""

    body: str = Field(description="The request's body, as it is sent.")
    content_type: ContentType = Field(default="application/json", description="The request's content type.")
