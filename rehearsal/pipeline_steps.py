"""What people do with a pipeline of CodePipeline in a scenario. Its source is a stage that every pipeline gets here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rehearsal.expectations import Closed


class PipelineAction(Closed):
    """`kind` is "Invoke/Lambda", "Invoke/StepFunctions" or "Approval/Manual"."""

    name: str
    kind: str = Field(pattern="^[A-Za-z]+/[A-Za-z]+$")
    namespace: str | None = None
    configuration: dict[str, str] = Field(description="${Name} stands for an output of the stack")


class PipelineStage(Closed):
    name: str
    actions: tuple[PipelineAction, ...] = Field(min_length=1)


class MakePipeline(Closed):
    """A pipeline with these stages after its source; variables with their defaults."""

    name: str
    variables: dict[str, str] = Field(default_factory=dict)
    stages: tuple[PipelineStage, ...] = Field(min_length=1)


class StartPipeline(Closed):
    name: str
    variables: dict[str, str] = Field(default_factory=dict)


class AnswerPipeline(Closed):
    """Somebody answers the manual approval that waits in a stage, as in the console: with or without words."""

    name: str
    stage: str
    action: str
    decision: Literal["Approved", "Rejected"] = "Approved"
    who: str = "jane"
    summary: str = ""
