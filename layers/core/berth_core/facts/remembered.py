"""What the ledger knows: who is registered, who acts, and what was done before."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from berth_core.facts.endpoints import ConfigSeen
from berth_core.manifest import Manifest
from berth_core.model import Frozen, Time


class Override(Frozen):
    """What a person asked by hand. It lasts until the manifest's next version.

    `copies` also end at the schedule's next rule, so `copies_at` says when they were asked for.
    """

    model: str | None = None
    instance_count: int | None = Field(default=None, ge=1)
    copies: int | None = Field(default=None, ge=0)
    copies_at: Time | None = None
    method: Literal["copies", "delete_and_recreate"] | None = None
    config_name: str | None = Field(
        default=None, description="a config that somebody else made, adopted since on_drift says accept"
    )
    in_turn: bool = Field(default=False, description="the model is an evaluation's, and nobody asked for it by hand")

    def laid_over(self, before: "Override | None", now: datetime) -> "Override":
        """Who asks for a model now has not withdrawn a count that was asked for earlier."""
        if before is None:
            return self.model_copy(update={"copies_at": now if self.copies is not None else None})
        asks_copies = self.copies is not None
        return Override(
            model=self.model or before.model,
            instance_count=self.instance_count or before.instance_count,
            copies=self.copies if asks_copies else before.copies,
            copies_at=now if asks_copies else before.copies_at,
            method=self.method if asks_copies else before.method,
            config_name=before.config_name if self.model in (None, before.model) else None,
        )


class Registration(Frozen):
    """A deployment as the ledger knows it: the manifest in force, its version, and what was laid over it."""

    name: str
    manifest: Manifest
    version: str
    registered_at: Time
    removed_at: Time | None = None
    override: Override | None = None


class Left(Frozen):
    """A block that a hand-over left, with the end that it had then."""

    plan_arn: str
    ends_at: Time


class Rival(Frozen):
    """Another deployment that waits for instances of a plan."""

    name: str
    plan: str
    priority: int
    instance_count: int


class Attempt(Frozen):
    """A finished action from the ledger, newest first in a snapshot."""

    kind: Literal["deploy", "rotate", "resize", "hand_over", "scale", "tidy"]
    decision_id: str = ""
    rung: str | None = None
    target: str
    started_at: Time
    ended_at: Time
    done: bool
    code: str = ""
    plan_arn: str | None = None
    left: Left | None = None
    config: ConfigSeen | None = None
    """What was made for it: names follow from content, so this tells what a config was that is gone."""
    replaced: str | None = None
    """The model that ran before a recreation."""


class Lease(Frozen):
    """Who may change this endpoint just now. A dead holder loses it by itself at `expires_at`.

    `fence` grows with each claim, so that what belongs to an earlier one is told apart. `urgent`: for a hand-over,
    which has to be done by `deadline`. `begun`: what its holder set out to do, as it is remembered if nothing more is
    heard of it.
    """

    holder: str
    purpose: str
    expires_at: Time
    fence: int = 0
    urgent: bool = False
    deadline: Time | None = None
    begun: Attempt | None = None


class OnDemandUse(Frozen):
    """One stay on on-demand instances. Money runs from the request to the return, to be on the safe side.

    `hop`: on the way of a rollout, which leads home again. `beside`: what a rollout ran beside the fleet that serves.
    That costs money, and no hours of the endpoint.
    """

    instance_type: str
    instance_count: int
    started_at: Time
    ended_at: Time | None = None
    hop: bool = False
    beside: bool = False


class Turn(Frozen):
    """One model's time in service in an evaluation. With a code it is a failed try, and took none."""

    model: str
    started_at: Time
    ended_at: Time | None = None
    code: str = ""
