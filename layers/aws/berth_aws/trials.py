"""Staging endpoints: made, found again by name and tags, and deleted with their configs.

A staging endpoint and its config share a name, which follows from what runs there. Errors are those of
sagemaker_changed.py; the client is the once-only one.
"""

from typing import Any

from berth_aws.clients import Client
from berth_aws.sagemaker_changed import create_endpoint, delete_config, delete_endpoint
from berth_aws.sagemaker_seen import PAGE, described, tags_of
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decide.releasing import trial_prefix
from berth_core.errors import BusyError
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, VARIANT
from berth_core.releases import TRIAL_TAG, TrialSpec

GOING = frozenset({"Deleting", "Failed"})


def create_trial(client: Client, spec: TrialSpec, tags: dict[str, str]) -> str:
    """Idempotent. BusyError while an earlier one of this name is being deleted, which a Failed one is first."""
    there = described(client, spec.name)
    if there is not None and there["EndpointStatus"] in GOING:
        delete_trial(client, spec.name, tags[STACK_TAG])
        raise BusyError(f"staging endpoint {spec.name} is {there['EndpointStatus']}: it is made anew once it is gone")
    with fine_if(Answer.EXISTS, "CreateEndpointConfig"):
        client.create_endpoint_config(**_request(spec, tags))
    return create_endpoint(client, spec.name, spec.name, tags)


def delete_trial(client: Client, name: str, stack: str) -> None:
    """Endpoint first, config after it. Gone already is fine; BusyError while SageMaker is changing the endpoint.

    The config is looked for first: we may only take what carries our tag, and IAM finds no tag on what isn't there.
    """
    delete_endpoint(client, name, stack)
    with in_our_words("ListEndpointConfigs"):
        configs = _named(client, "list_endpoint_configs", "EndpointConfigs", "EndpointConfig", name)
    if name in configs:
        delete_config(client, name)


def trials_of(client: Client, deployment: str, stack: str) -> tuple[str, ...]:
    """What of a deployment's staging is ours and still to be deleted, by name: endpoints, and configs that are left."""
    prefix = trial_prefix(deployment)
    with in_our_words("ListEndpoints"):
        endpoints = _named(client, "list_endpoints", "Endpoints", "Endpoint", prefix, but_status="Deleting")
    with in_our_words("ListEndpointConfigs"):
        configs = _named(client, "list_endpoint_configs", "EndpointConfigs", "EndpointConfig", prefix)
    ours = {STACK_TAG: stack, DEPLOYMENT_TAG: deployment}
    found = {**configs, **endpoints}
    return tuple(name for name, arn in sorted(found.items()) if _is_ours(tags_of(client, arn), ours))


def _is_ours(tags: dict[str, str] | None, ours: dict[str, str]) -> bool:
    return tags is not None and TRIAL_TAG in tags and ours.items() <= tags.items()


def _named(
    client: Client, operation: str, key: str, kind: str, prefix: str, but_status: str | None = None
) -> dict[str, str]:
    pages = client.get_paginator(operation).paginate(NameContains=prefix, PaginationConfig={"PageSize": PAGE})
    rows = [row for page in pages for row in page[key] if row.get(f"{kind}Status", "") != but_status]
    return {row[f"{kind}Name"]: row[f"{kind}Arn"] for row in rows if row[f"{kind}Name"].startswith(prefix)}


def _request(spec: TrialSpec, tags: dict[str, str]) -> dict[str, Any]:
    variant: dict[str, Any] = {"VariantName": VARIANT, "ModelName": spec.model, "InitialVariantWeight": 1.0}
    if spec.instance_type:
        variant |= {"InstanceType": spec.instance_type, "InitialInstanceCount": 1}
    else:
        variant["ServerlessConfig"] = {"MemorySizeInMB": spec.memory_mb, "MaxConcurrency": spec.max_concurrency}
    written = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return {"EndpointConfigName": spec.name, "ProductionVariants": [variant], "Tags": written}
