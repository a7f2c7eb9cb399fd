"""How a new version replaces a running one."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from berth_core.manifest.lists import without_doubles
from berth_core.manifest.words import AlarmName
from berth_core.model import Frozen

Strategy = Literal["auto", "all_at_once", "canary", "linear", "rolling", "recreate", "hop"]


class Rollout(Frozen):
    """How a new version replaces a running one. What doesn't fit the reservation is refused before anything changes."""

    bake_minutes: int = Field(
        default=5, ge=0, le=60, description="How long a new version is watched before the old one goes, in minutes."
    )
    alarms: Annotated[tuple[AlarmName, ...], AfterValidator(without_doubles)] = Field(
        default=(),
        max_length=10,
        description="CloudWatch alarms that roll a new version back. Without any, baking finds nothing.",
    )
    allow_downtime: bool = Field(
        default=False, description="Whether the endpoint may be down meanwhile. `recreate` needs true."
    )
    strategy: Strategy = Field(
        default="auto",
        description="auto takes the first that fits and says why: canary or all at once, rolling, hop, recreate. hop "
        "goes over on-demand and back, within its cap; recreate deletes first.",
    )

    @field_validator("strategy")
    @classmethod
    def _may_be_down(cls, strategy: Strategy, info: ValidationInfo) -> Strategy:
        if strategy == "recreate" and info.data.get("allow_downtime") is False:
            raise ValueError(
                "takes the endpoint down while it runs: add `allow_downtime: true` to rollout, or use auto"
            )
        return strategy
