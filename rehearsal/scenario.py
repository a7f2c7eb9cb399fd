"""A scenario: a reservation's story as a YAML file that anyone can write for their own.

`load` gives a frozen model or one ScenarioError that names every mistake by its path, with what is allowed there.
"""

from __future__ import annotations

import typing
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import AwareDatetime, BaseModel, Field, ValidationError, field_validator

from rehearsal.expectations import Closed, Expectation
from rehearsal.moments import Moment, When
from rehearsal.settings import Settings
from rehearsal.steps import Step

FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(ValueError):
    """The file is no scenario. The text names each mistake, one a line."""


class EndState(Closed):
    """What the story means to leave behind. Everything else that is found at the end is a leak."""

    endpoints: tuple[str, ...] = Field(default=(), description="these may stay, each with the config that is live")


class Scenario(Closed):
    """A story, from `start` to `until`, and what must be true at the end of it. Steps are done in order of time."""

    name: str = Field(pattern=r"[a-z0-9][a-z0-9-]*")
    title: str
    shows: str
    start: AwareDatetime
    until: When
    parameters: dict[str, str] = Field(default_factory=dict, description="parameters of the stack")
    settings: Settings = Field(default=Settings(), description="what the rehearsal assumes: rehearsal/settings.py")
    steps: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Expectation, ...] = Field(min_length=1)
    leaves: EndState = EndState()

    @field_validator("until")
    @classmethod
    def _is_known_beforehand(cls, until: Moment) -> Moment:
        if until.plan is not None:
            raise ValueError(f"{until.written!r} depends on a plan: write an ISO time or an offset such as +9d")
        return until

    @property
    def ends_at(self) -> datetime:
        return self.until.absolute or self.start + self.until.offset

    @field_validator("settings")
    @classmethod
    def _starts_with_the_scenario(cls, settings: Settings) -> Settings:
        if "start" in settings.model_fields_set:
            raise ValueError("the scenario's own start is used; remove settings.start")
        return settings

    def cloud_settings(self) -> Settings:
        return self.settings.model_copy(update={"start": self.start})


def names() -> list[str]:
    """The scenarios that come with Berth, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def find(name_or_path: str) -> Path:
    """A scenario by its name, or the path of a file of one's own. Raises ScenarioError."""
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    path = FOLDER / f"{name_or_path}.yaml"
    if not path.is_file():
        raise ScenarioError(f"no scenario {name_or_path!r}: give a YAML file's path, or one of {', '.join(names())}")
    return path


def load(path: Path) -> Scenario:
    """Read and check a scenario. Raises ScenarioError.

    `like: <name or path>` begins with another scenario: its steps and expectations are kept and these are added, every
    other key replaces that one's.
    """
    written = _read(path)
    if (model := written.pop("like", None)) is not None:
        written = _added(_read(_beside(path, str(model))), written)
    try:
        return Scenario.model_validate(written)
    except ValidationError as error:
        mistakes = [f"{path}: {_mistake(each)}" for each in error.errors()]
        raise ScenarioError("\n".join(mistakes)) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: not YAML: {error}") from error
    if not isinstance(written, dict):
        raise ScenarioError(f"{path}: a scenario is a mapping with {', '.join(Scenario.model_fields)}")
    return written


def _beside(path: Path, model: str) -> Path:
    beside = path.parent / f"{model}.yaml"
    return beside if beside.is_file() else find(model)


def _added(model: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = {key: [*model.get(key, []), *own.get(key, [])] for key in ("steps", "expect")}
    return {**model, **own, **both}


def _mistake(error: Any) -> str:
    where = _written_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key; allowed here: {', '.join(_allowed(error['loc'][:-1]))}"
    if error["type"] == "missing":
        return f"{where}: required, and missing"
    text = error["msg"].removeprefix("Value error, ")
    return f"{where}: {text}" if where else text


def _written_path(loc: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _allowed(loc: tuple[str | int, ...]) -> list[str]:
    """The keys of the model that stands at this path of the scenario."""
    model: type[BaseModel] = Scenario
    for part in loc:
        if isinstance(part, str):
            field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
            model = _model_in(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in typing.get_args(annotation) if (found := _model_in(inner))), None)
