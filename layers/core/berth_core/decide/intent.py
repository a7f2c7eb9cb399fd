"""What a state machine was started for: by itself (reconcile), or by a person with some of it said by hand."""

from typing import Literal

from pydantic import Field

from berth_core.facts import Override
from berth_core.manifest.words import ModelName
from berth_core.model import Frozen
from berth_core.outcomes import Outcome

Rung = Literal["extend", "next_plan", "on_demand", "scale_to_zero", "delete"]


class Intent(Frozen):
    """`tried` are the outcomes of this very execution, oldest first: what failed isn't tried again."""

    kind: Literal["reconcile", "deploy", "rotate", "hand_over", "scale"] = "reconcile"
    by_hand: bool = True
    """Whether a person started it: then it does what is asked, whether or not it is time."""
    plan: str | None = None
    model: ModelName | None = None
    instance_count: int | None = Field(default=None, ge=1)
    ladder: tuple[Rung, ...] | None = Field(default=None, min_length=1)
    copies: int | None = Field(default=None, ge=0)
    method: Literal["copies", "delete_and_recreate"] | None = None
    park: bool = Field(default=False, description="no copies, whatever is ordered: the endpoint is about to leave")
    tried: tuple[Outcome, ...] = ()
    rounds: int = Field(default=0, ge=0, description="changes that this run of deployment_reconcile has already made")

    begun: tuple[str, ...] = Field(
        default=(), description="purchases that this run of deployment_reconcile has started"
    )

    @property
    def override(self) -> Override | None:
        if self.model is None and self.instance_count is None and self.copies is None:
            return None
        method = self.method if self.copies is not None else None
        return Override(model=self.model, instance_count=self.instance_count, copies=self.copies, method=method)
