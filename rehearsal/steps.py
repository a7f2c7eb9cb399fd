"""What can be done in a scenario: one verb per step. The doing itself is in rehearsal/doing/."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from rehearsal.expectations import Closed, Expectation
from rehearsal.faults import Fault
from rehearsal.moments import When
from rehearsal.pipeline_steps import AnswerPipeline, MakePipeline, StartPipeline


class BlockOnSale(Closed):
    start: When
    end: When
    zone: str = "us-east-1a"


class PutOnSale(Closed):
    """An offering for searches to find. `offering` is a name of the scenario's own, for `buy` to point at."""

    offering: str | None = None
    instance_type: str
    instance_count: int = Field(ge=1)
    blocks: tuple[BlockOnSale, ...] = Field(min_length=1)
    upfront_fee: str
    target: Literal["endpoint", "training-job", "hyperpod-cluster", "studio-apps"] = "endpoint"
    extends: str | None = None
    payment: Literal["completes", "fails"] = "completes"


class WithdrawOffer(Closed):
    """Somebody else has bought it: searches don't find it any more. `offering` is the scenario's own name for it."""

    offering: str


class Search(Closed):
    """A search as the plan's buyer makes it; the first offering found is bought."""

    instance_type: str
    instance_count: int = Field(ge=1)
    duration_hours: int = Field(ge=1)
    start_after: When | None = None
    end_before: When | None = None


class Buy(Closed):
    plan: str
    offering: str | None = None
    search: Search | None = None

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Buy:
        if (self.offering is None) == (self.search is None):
            raise ValueError("give either offering (the name from put_on_sale) or search")
        return self


class CreateModel(Closed):
    name: str
    image: str = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi"
    environment: dict[str, str] = Field(
        default_factory=dict, description="of its container; REHEARSAL_STATUS and the like say how it answers"
    )


class PutManifest(Closed):
    """The object deployments/<deployment>.yaml: from a mapping, or as a text that need not be a valid manifest."""

    deployment: str
    manifest: dict[str, Any] | None = None
    text: str | None = None
    file: str | None = Field(default=None, description="path beside the scenario")

    @model_validator(mode="after")
    def _one_source(self) -> PutManifest:
        if [self.manifest, self.text, self.file].count(None) != 2:
            raise ValueError("give exactly one of manifest (a mapping), text and file")
        return self


class RemoveManifest(Closed):
    deployment: str


class Stream(Closed):
    endpoint: str
    component: str | None = None
    requests_per_minute: float = Field(gt=0)
    from_: When = Field(alias="from")
    until: When


class ChangePlan(Closed):
    """What AWS would do to a bought plan by itself: the service is not told."""

    plan: str
    block: int = Field(default=0, ge=0, description="counted from 0, as in the rehearsal's route")
    start: When | None = None
    end: When | None = None
    status: Literal["Pending", "Active", "Scheduled", "Expired", "Failed"] | None = None


class Capacity(Closed):
    instance_type: str
    available: int = Field(ge=0)


class StartMachine(Closed):
    """An execution started by hand. `machine` is its name in the design: endpoint_rotate."""

    machine: str
    input: dict[str, Any]


class StopRuns(Closed):
    """Somebody stops what runs of a machine at this moment; nothing happens if nothing runs."""

    machine: str


class AnswerApproval(Closed):
    """Somebody answers the last request for an approval of this plan, by the command that it came with."""

    plan: str
    decision: Literal["approve", "reject"] = "approve"
    who: str = "jane"
    offering_id: str | None = Field(default=None, description="another one than was asked about")
    price_usd: str | None = Field(default=None, description="another one than was asked about")
    too_late: bool = Field(default=False, description="nobody waits for it any more")
    if_asked: bool = Field(default=False, description="nothing happens if nobody was asked, or nobody waits any more")


class Invoke(Closed):
    endpoint: str
    body: str = '{"inputs": "hi"}'
    fails_with: str | None = Field(default=None, description="a part of the error that is expected")


class CallSageMaker(Closed):
    """A call that a person makes past the service. Refused texts are compared with the error's code and message."""

    operation: str = Field(description="as AWS writes it: UpdateEndpointWeightsAndCapacities")
    parameters: dict[str, Any]
    refused: str | None = Field(default=None, description="a part of the error that is expected")


class SetAlarm(Closed):
    """An alarm of a person's own and its state from now on: it is made if it isn't there."""

    name: str
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
    endpoint: str | None = Field(default=None, description="whose 5xx answers it watches when it is made")


class Maintain(Closed):
    """AWS's own maintenance of an endpoint: SystemUpdating for so long."""

    endpoint: str
    minutes: float = Field(gt=0)


class Step(Closed):
    """One thing that happens at one time. Of steps at the same time, the one that is written first comes first."""

    at: When
    note: str | None = Field(default=None, description="a sentence for the timeline: who wants what")
    put_on_sale: PutOnSale | None = None
    withdraw_offer: WithdrawOffer | None = None
    buy: Buy | None = None
    create_model: CreateModel | None = None
    put_manifest: PutManifest | None = None
    remove_manifest: RemoveManifest | None = None
    traffic: Stream | None = None
    fault: tuple[Fault, ...] | None = None
    clear_faults: Literal[True] | None = None
    change_plan: ChangePlan | None = None
    on_demand_capacity: Capacity | None = None
    start: StartMachine | None = None
    stop_runs: StopRuns | None = None
    answer_approval: AnswerApproval | None = None
    make_pipeline: MakePipeline | None = None
    start_pipeline: StartPipeline | None = None
    answer_pipeline: AnswerPipeline | None = None
    invoke: Invoke | None = None
    call_sagemaker: CallSageMaker | None = None
    set_alarm: SetAlarm | None = None
    maintain: Maintain | None = None
    expect: tuple[Expectation, ...] | None = None

    @property
    def verb(self) -> str:
        return next(name for name in VERBS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_verb(self) -> Step:
        given = [name for name in VERBS if getattr(self, name) is not None]
        if len(given) != 1:
            has = " and ".join(given) or "none"
            raise ValueError(f"a step does one thing: it has {has}, of {', '.join(VERBS)}")
        return self


VERBS = tuple(name for name in Step.model_fields if name not in {"at", "note"})
