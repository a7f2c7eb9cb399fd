"""The environment as typed, frozen settings. The one place that reads it; each function declares what it reads.

class Settings(Environment):
    ledger_table: str          # BERTH_LEDGER_TABLE
"""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

PREFIX = "BERTH_"


class SettingsError(Exception):
    """The function was deployed without a variable that it needs, or with one that can't be read."""


class Environment(BaseModel):
    """The base of a function's settings: each field is read from BERTH_<FIELD>. What isn't declared isn't read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """From `environ`, or the function's own. SettingsError names every variable that is missing or wrong."""
        environ = os.environ if environ is None else environ
        given = {field: environ[variable(field)] for field in cls.model_fields if variable(field) in environ}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from error


class LedgerSettings(Environment):
    """For whoever needs the ledger alone."""

    ledger_table: str


class StackSettings(LedgerSettings):
    """For whoever also has to know what is ours."""

    stack: str


def variable(field: str) -> str:
    """The environment variable that a field is read from."""
    return PREFIX + field.upper()


def _parts(text: Any) -> Any:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


Minutes = Annotated[tuple[int, ...], BeforeValidator(_parts)]
"""Whole minutes, written with commas: "1440,360,60"."""
Arns = Annotated[tuple[str, ...], BeforeValidator(_parts)]
"""Written with commas, too; none if it is empty."""


def _in_words(error: ValidationError) -> str:
    faults = []
    for fault in error.errors():
        name = variable(str(fault["loc"][0]))
        missing = fault["type"] == "missing"
        faults.append(f"{name} is not set" if missing else f"{name} is {fault['input']!r}: {fault['msg']}")
    return f"{'; '.join(faults)}. The template gives each function its variables: deploy it again"
