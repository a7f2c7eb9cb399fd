"""A training plan, as AWS shows it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from berth_core.model import Frozen, Time


class PlanStatus(StrEnum):
    """As AWS documents them. It may come to have more."""

    PENDING = "Pending"
    ACTIVE = "Active"
    SCHEDULED = "Scheduled"
    EXPIRED = "Expired"
    FAILED = "Failed"


class Block(Frozen):
    """One reserved-capacity block of a plan. `ends_at` is AWS's EndTime, read, never computed."""

    starts_at: Time
    ends_at: Time
    instance_type: str
    instance_count: int
    status: str | None = None
    zone: str | None = None


class PlanSeen(Frozen):
    """A training plan. AWS promises only its ARN, name and status; all else may be missing.

    A status that nobody documented is kept as the text that it is: it opens nothing, ends nothing, and is told.
    """

    name: str
    arn: str
    status: Annotated[PlanStatus | str, Field(union_mode="left_to_right")]
    status_message: str = ""
    targets: tuple[str, ...] = ()
    total_count: int = 0
    available_count: int = 0
    in_use_count: int = 0
    blocks: tuple[Block, ...] = ()

    @property
    def is_understood(self) -> bool:
        """Whether the status is one that AWS documents."""
        return isinstance(self.status, PlanStatus)

    @property
    def instance_types(self) -> tuple[str, ...]:
        """The types that the blocks reserve; empty if AWS doesn't say."""
        return tuple(sorted({block.instance_type for block in self.blocks if block.instance_type}))

    def block_at(self, now: datetime) -> Block | None:
        """The block whose time span holds `now`."""
        return next((block for block in self.blocks if block.starts_at <= now < block.ends_at), None)

    def block_after(self, now: datetime) -> Block | None:
        """The earliest block that starts after `now`."""
        later = [block for block in self.blocks if block.starts_at > now]
        return min(later, key=lambda block: block.starts_at, default=None)
