"""Whether a model can run on serverless inference, as far as DescribeModel tells (aws-facts 8).

That an image needs a GPU stands nowhere but in its name, and that a package is one of AWS Marketplace nowhere at all.
So no hint proves nothing: then the staging endpoint itself tells, by failing.
"""

import re

from berth_core.releases import ContainerSeen, ModelSeen

_ACCELERATED = re.compile(r"(^|[-_:./])(gpu|cu1\d\d|cuda[\d.]*|neuronx?)([-_:./]|$|\d)")
"""Parts of image names that AWS's own containers have for GPUs and for Inferentia."""


def why_not_serverless(model: ModelSeen) -> str | None:
    """The first reason against it in words; None if nothing speaks against it."""
    if model.in_vpc:
        return "it is in a VPC (VpcConfig)"
    if model.isolated:
        return "it is isolated from the network (EnableNetworkIsolation)"
    if len(model.containers) > 1:
        return f"it is a pipeline of {len(model.containers)} containers"
    return next((reason for each in model.containers if (reason := _why_not(each))), None)


def _why_not(container: ContainerSeen) -> str | None:
    if container.multi_model:
        return "its container holds many models (Mode: MultiModel)"
    if container.private_registry:
        return f"its image {container.image} is in a private registry (RepositoryAccessMode: Vpc)"
    if _ACCELERATED.search(container.image.lower()):
        return f"its image {container.image} is made for accelerators"
    return None
