"""What a scenario puts on sale: the body of POST /_rehearsal/offerings, checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rehearsal.sagemaker.offerings import Offering, digest
from rehearsal.sagemaker.plans import Block
from rehearsal.written_times import WrittenTime

InstanceType = Literal[
    "ml.p4d.24xlarge", "ml.p5.48xlarge", "ml.p5e.48xlarge", "ml.p5en.48xlarge", "ml.trn1.32xlarge", "ml.trn2.48xlarge",
    "ml.p6-b200.48xlarge", "ml.p4de.24xlarge", "ml.p6e-gb200.36xlarge", "ml.p5.4xlarge", "ml.p6-b300.48xlarge",
]  # fmt: skip
Target = Literal["training-job", "hyperpod-cluster", "endpoint", "studio-apps"]


class BlockOnSale(BaseModel):
    """One block of an offering that a scenario puts on sale."""

    model_config = ConfigDict(extra="forbid")

    start: WrittenTime
    end: WrittenTime
    zone: str | None = Field(default=None, pattern=r"^[a-z]+-[a-z]+-\d[a-z]$")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> BlockOnSale:
        if self.end <= self.start:
            raise ValueError(f"end: {self.end.isoformat()} must be later than start, {self.start.isoformat()}")
        return self


class OnSale(BaseModel):
    """The body of POST /_rehearsal/offerings."""

    model_config = ConfigDict(extra="forbid")

    instance_type: InstanceType
    instance_count: int = Field(ge=1, le=256)
    blocks: list[BlockOnSale] = Field(min_length=1, max_length=2)
    upfront_fee: Decimal = Field(ge=0)
    target: Target = "endpoint"
    extends: str | None = Field(default=None, description="the plan that this offering extends")
    payment: Literal["completes", "fails"] = Field(default="completes", description="what a purchase of it comes to")

    @field_validator("blocks")
    @classmethod
    def _in_order(cls, blocks: list[BlockOnSale]) -> list[BlockOnSale]:
        if len(blocks) == 2 and blocks[1].start < blocks[0].end:
            raise ValueError("blocks: the second must not start before the first has ended; give them in order of time")
        return blocks


def offering_of(on_sale: OnSale, serial: int, default_zone: str) -> Offering:
    prefix = "tpeo" if on_sale.extends else "tpo"
    return Offering(
        offering_id=f"{prefix}-{digest('on sale', serial)}",
        instance_type=on_sale.instance_type,
        instance_count=on_sale.instance_count,
        target=on_sale.target,
        upfront_fee=on_sale.upfront_fee,
        blocks=tuple(Block(each.start, each.end, each.zone or default_zone) for each in on_sale.blocks),
        extends=on_sale.extends,
        payment_fails=on_sale.payment == "fails",
    )
