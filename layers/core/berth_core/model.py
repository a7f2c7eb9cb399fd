"""The base of every type that travels between steps."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict

Time = Annotated[datetime, AwareDatetime]
"""An aware datetime; the core never sees a naive one."""


class Frozen(BaseModel):
    """Immutable, and closed: an unknown key is an error, so that a misspelt one can't be lost silently.

    Each is built when it is first used: a function imports many more types than it makes, and building them all was a
    quarter of its cold start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
