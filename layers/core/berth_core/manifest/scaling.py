"""When copies come and go."""

from typing import Literal

from pydantic import Field

from berth_core.manifest.times import Cron, Zone
from berth_core.model import Frozen


class Idle(Frozen):
    """Parking when nobody calls."""

    minutes: int = Field(default=15, ge=1, le=1440, description="How long nobody has called, in minutes.")
    copies: int = Field(default=0, ge=0, description="How many copies stay then.")


class ScheduleRule(Frozen):
    """A number of copies from a certain time on."""

    cron: Cron = Field(
        description="Six fields: minutes, hours, day of month, month, day of week, year, with ? in one of the two day "
        "fields. Such as 0 18 ? * FRI *"
    )
    timezone: Zone = Field(default="UTC", description="The IANA time zone of `cron`, such as Europe/Berlin.")
    copies: int = Field(ge=0, description="How many copies run from then on.")
    ready_by: bool = Field(default=False, description="Start early enough to be ready at that time.")


class Scaling(Frozen):
    """When copies come and go."""

    target_concurrency: int | None = Field(
        default=None,
        ge=1,
        description="Requests at a time per copy that auto scaling aims at. No auto scaling without.",
    )
    idle: Idle | None = Field(default=None, description="Park when nobody calls.")
    wake: bool = Field(default=True, description="The first refused call brings one copy back.")
    schedule: tuple[ScheduleRule, ...] = Field(default=(), max_length=50, description="Copies by the clock.")
    method: Literal["copies", "delete_and_recreate"] = Field(
        default="copies", description="Set the number of copies, or delete the components and make them anew."
    )
