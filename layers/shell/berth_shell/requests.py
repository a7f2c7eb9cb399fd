"""What state machines ask with, as far as it is the same everywhere."""

from pydantic import Field

from berth_core.model import Frozen


class Turn(Frozen):
    """One step of a run: on which deployment, and by whom. The holder of the lease is who may change something."""

    deployment: str = Field(min_length=1, description="by name, as in the manifest")
    holder: str
    fence: int | None = Field(default=None, description="of the claim that this step belongs to")
