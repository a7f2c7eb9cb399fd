"""What a state machine was started for: by itself (reconcile), or by a person with some of it said by hand."""

from typing import Literal

from pydantic import Field

from berth_core.facts import Override
from berth_core.model import Frozen
from berth_core.outcomes import Outcome

Rung = Literal["extend", "next_plan", "on_demand", "scale_to_zero", "delete"]


class Intent(Frozen):
    """`tried` are the outcomes of this very execution, oldest first: what failed isn't tried again."""

    kind: Literal["reconcile", "deploy", "rotate", "hand_over"] = "reconcile"
    plan: str | None = None
    model: str | None = Field(default=None, min_length=1)
    instance_count: int | None = Field(default=None, ge=1)
    ladder: tuple[Rung, ...] | None = Field(default=None, min_length=1)
    tried: tuple[Outcome, ...] = ()
    rounds: int = Field(default=0, ge=0, description="changes that this run of deployment_reconcile has already made")

    @property
    def override(self) -> Override | None:
        if self.model is None and self.instance_count is None:
            return None
        return Override(model=self.model, instance_count=self.instance_count)
