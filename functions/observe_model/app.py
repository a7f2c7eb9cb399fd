"""{"model"} -> {"model": ModelSeen or null}"""

from pydantic import Field

from berth_aws import clients
from berth_aws.models_seen import model_seen
from berth_core.model import Frozen
from berth_core.releases import ModelSeen
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    model: str = Field(
        pattern=r"^([a-zA-Z0-9](-*[a-zA-Z0-9])*)?$", max_length=63, description="by name; empty for none"
    )


class Looked(Frozen):
    model: ModelSeen | None


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Looked:
    return Looked(model=model_seen(clients.shared("sagemaker"), request.model) if request.model else None)
