"""One client per service and region, for state machines and everybody else. moto makes one a task (20-200 ms).

And one loader for all of botocore's sessions: the functions have one of their own, beside boto3's, and need not read
AWS's models again (100 ms for SageMaker's). Another one for moto, which adds to the models: it makes one a model, and
each lists all models that there are (20 ms).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import boto3
from botocore import session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.loaders import create_loader
from moto.core import loaders, utils
from moto.stepfunctions.parser.asl.utils import boto_client

from rehearsal.cloud import current
from rehearsal.imported_names import swap_imports
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    import moto.stepfunctions.parser.models  # noqa: F401  brings in every service integration

    original = replace(boto_client, "boto_client_for", _client_for_task, expected="1f44dc2ac8aa")
    replace(session, "create_loader", cache(create_loader), expected="89050e30206e")
    replace(utils, "create_loader", cache(loaders.create_loader), expected="b94f7ea2b2fa")
    swap_imports(("moto.stepfunctions",), "boto_client_for", original, _client_for_task, at_least=8)
    _originals["paginator"] = replace(BaseClient, "get_paginator", _paginator, expected="99f8d7f78b43")


def client_for(service: str) -> Any:
    """A boto3 client of the running cloud. It never retries: what a call meets, its caller sees."""
    return _client(service, current().settings.region)


def _paginator(client: Any, operation_name: str) -> Any:
    """One for an operation of a client, where botocore makes a class each time. It keeps nothing of what it pages."""
    made: dict[str, Any] = client.__dict__.setdefault("_rehearsal_paginators", {})
    if operation_name not in made:
        made[operation_name] = _originals["paginator"](client, operation_name)
    return made[operation_name]


def _client_for_task(region: str, service: str, state_credentials: Any = None) -> Any:
    return _client(service, region, state_credentials.role_arn if state_credentials else "")


def role_of(client: Any) -> str:
    """The role of the state machine whose client this is; empty for everybody else's."""
    role_arn: str = client.__dict__.get("_rehearsed_role", "")
    return role_arn


@lru_cache(maxsize=256)
def _client(service: str, region: str, role_arn: str = "") -> Any:
    """A role's is the same as everybody's, and knows whose it is."""
    if role_arn:
        everybodys = _client(service, region)
        client = object.__new__(type(everybodys))
        # Not what was learnt with the other one: its paginators would call in everybody's name.
        own = {name: value for name, value in everybodys.__dict__.items() if not name.startswith("_rehearsal_")}
        client.__dict__.update(own, _rehearsed_role=role_arn)
        return client
    connect: Any = boto3.client  # the stubs want the service's name as a literal
    return connect(
        service,
        region_name=region,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
