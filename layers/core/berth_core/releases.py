"""A release in values: the model and where it is tried out, what was measured, and what came of it."""

from typing import Any, Literal

from pydantic import Field

from berth_core.model import Frozen, Time
from berth_core.yes import YesAsked

TRIAL_TAG = "berth:staging"
"""On staging endpoints and their configs, besides the tags of all that is ours: the model that is tried out there."""


class ContainerSeen(Frozen):
    """One container of a model, as far as it decides where the model can run."""

    image: str = ""
    private_registry: bool = False
    multi_model: bool = False


class ModelSeen(Frozen):
    """A SageMaker model. Its name can be given to another one after a deletion: `created_at` tells the two apart."""

    name: str
    created_at: Time
    containers: tuple[ContainerSeen, ...] = ()
    in_vpc: bool = False
    isolated: bool = False


class TrialSpec(Frozen):
    """A staging endpoint and its config, which share a name. Serverless has memory and concurrency, else a type."""

    name: str
    model: str
    memory_mb: int | None = None
    max_concurrency: int | None = None
    instance_type: str | None = None
    execution_role_arn: str | None = None

    @property
    def place(self) -> str:
        if self.instance_type:
            return f"one {self.instance_type}"
        return f"serverless inference with {self.memory_mb} MB"


class BegunOn(Frozen):
    """What a release is for: whose place the model takes, and after which checks, of which `staging` is a hash.

    `version` is the manifest's. It may change and leave the two alone: it only tells who has changed them.
    """

    version: str
    production: str | None
    staging: str


class Stage(Frozen):
    """Bring the model up on staging and check it. `compares` says whether production can be asked the same."""

    kind: Literal["stage"] = "stage"
    id: str
    reason: str
    started_at: Time
    spec: TrialSpec
    model_created_at: Time
    checks: int = Field(ge=0)
    compares: bool
    keep: bool
    approval: Literal["required", "none"]
    begun_on: BegunOn | None = None
    """None if an earlier version of Berth began it."""


class AskFirst(Frozen):
    """The manifest has come to ask for a yes since the release began, and nobody was asked yet."""

    kind: Literal["ask"] = "ask"
    reason: str


class Promote(Frozen):
    """What was checked may go to production: nothing has changed since."""

    kind: Literal["promote"] = "promote"
    reason: str


class ReleaseAnswer(Frozen):
    """The documented payload of a yes or a no: `--task-output` of `aws stepfunctions send-task-success`."""

    decision: Literal["approve", "reject"]
    release_id: str
    who: str = Field(min_length=1, max_length=200)


class ReleaseApproval(YesAsked):
    """One request for a yes to a release: to what was measured of it."""

    release_id: str
    answer: ReleaseAnswer | None = None


class Checked(Frozen):
    """One request and what is to be said of its answer."""

    passed: bool
    code: str = ""
    reason: str
    latency_ms: int = Field(ge=0)


class Measured(Frozen):
    """What staging answered, check by check. `first_ms` is the request before them all, which wakes the model."""

    first_ms: int | None = None
    results: tuple[Checked, ...] = ()
    left: bool = True


class Rotated(Frozen):
    """How production's rotation ended: its output, or the error that it failed with."""

    output: dict[str, Any] = Field(default_factory=dict)
    error: str = ""
    cause: str = ""
    rounds: int = Field(default=1, ge=1)


class ReleaseOutcome(Frozen):
    """`passed`: checked and not promoted yet. `again`: production is busy. `summary` fits a pipeline's approval."""

    kind: Literal["passed", "promoted", "again", "failed"]
    code: str = ""
    reason: str
    summary: str
    release_id: str
    model: str
    place: str = ""
    started_at: Time
    ended_at: Time
    checks: tuple[str, ...] = ()
