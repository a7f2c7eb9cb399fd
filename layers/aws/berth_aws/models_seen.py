"""Looking at a SageMaker model: what of it decides where it can run."""

from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if
from berth_core.releases import ContainerSeen, ModelSeen


def model_seen(client: Client, name: str) -> ModelSeen | None:
    """The model; None if there is none. BusyError when throttled or without an answer."""
    with fine_if(Answer.GONE, "DescribeModel"):
        answer = client.describe_model(ModelName=name)
        primary = answer.get("PrimaryContainer")
        containers = [primary] if primary else answer.get("Containers", [])
        return ModelSeen(
            name=answer["ModelName"],
            created_at=answer["CreationTime"],
            containers=tuple(map(_container, containers)),
            in_vpc=bool(answer.get("VpcConfig")),
            isolated=bool(answer.get("EnableNetworkIsolation")),
        )
    return None


def _container(answer: dict[str, Any]) -> ContainerSeen:
    return ContainerSeen(
        image=answer.get("Image", ""),
        private_registry=answer.get("ImageConfig", {}).get("RepositoryAccessMode") == "Vpc",
        multi_model=answer.get("Mode") == "MultiModel",
    )
