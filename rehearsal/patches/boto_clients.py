"""One client per service and region, for state machines and everybody else. moto makes one a task (20-200 ms)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from moto.stepfunctions.parser.asl.utils import boto_client

from rehearsal.cloud import current
from rehearsal.imported_names import swap_imports
from rehearsal.patching import replace


def apply() -> None:
    import moto.stepfunctions.parser.models  # noqa: F401  brings in every service integration

    original = replace(boto_client, "boto_client_for", _client_for_task, expected="1f44dc2ac8aa")
    swap_imports(("moto.stepfunctions",), "boto_client_for", original, _client_for_task, at_least=8)


def client_for(service: str) -> Any:
    """A boto3 client of the running cloud. It never retries: what a call meets, its caller sees."""
    return _client(service, current().settings.region)


def _client_for_task(region: str, service: str, state_credentials: Any = None) -> Any:
    return _client(service, region)


@lru_cache(maxsize=256)
def _client(service: str, region: str) -> Any:
    connect: Any = boto3.client  # the stubs want the service's name as a literal
    return connect(
        service,
        region_name=region,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
