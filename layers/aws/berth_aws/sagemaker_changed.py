"""Changing SageMaker. Each function looks first, so that a retry meets its own work, and then asks once.

All raise RefusedError for what no retry will change, BusyError while SageMaker is changing the endpoint, and
UnknownOutcomeError if the answer to a change of an endpoint was lost: look again before anything else. The client is
the once-only one, so that no retry is hidden in it.
"""

from typing import Any

from berth_aws.clients import Client
from berth_aws.sagemaker_seen import Described, config_seen, described, tags_of
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decisions import ConfigSpec
from berth_core.errors import BusyError, RefusedError
from berth_core.facts import IN_TRANSITION
from berth_core.naming import STACK_TAG


def create_config(client: Client, spec: ConfigSpec, tags: dict[str, str]) -> None:
    """Makes the config and waits for nothing: BusyError until SageMaker shows it, so that the retry finds it.

    A config of this name with this content is our own earlier work; RefusedError for one with other content. Configs
    cost nothing and their names follow from their content, so a lost answer is a BusyError too.
    """
    if _is_there(client, spec):
        return
    with fine_if(Answer.EXISTS, "CreateEndpointConfig"):
        client.create_endpoint_config(**_config_request(spec, tags))
    if not _is_there(client, spec):
        raise BusyError(f"endpoint config {spec.name} was created, and SageMaker doesn't show it yet")


def create_endpoint(client: Client, name: str, config_name: str, tags: dict[str, str]) -> str:
    """An endpoint of this name that is ours and on this config is our own earlier work; RefusedError for any other.

    BusyError until SageMaker shows it: who looks next would take it for deleted, and its config for unused.
    """
    there = described(client, name)
    if there is not None:
        return _own_earlier_work(client, there, config_name, tags)
    is_new = False
    with fine_if(Answer.EXISTS, "CreateEndpoint", once_only=True):
        client.create_endpoint(EndpointName=name, EndpointConfigName=config_name, Tags=_tags(tags))
        is_new = True
    if not is_new or described(client, name) is None:
        raise BusyError(f"endpoint {name} was created, and SageMaker doesn't show it yet")
    return f"created endpoint {name} on {config_name}"


def update_endpoint(
    client: Client, name: str, config_name: str, rollout: dict[str, Any] | None, *, keep_count: bool = False
) -> str:
    """Moves the endpoint to a config; `rollout` is AWS's DeploymentConfig, None for its default, blue/green at once.

    `keep_count` keeps the present number of instances instead of the config's: none, for one that is parked.

    Nothing is asked if the config is live, or already on its way. RefusedError if the endpoint is gone.
    """
    there = _existing(client, name)
    if _heads_for(there, config_name):
        return f"endpoint {name} already is, or is on its way, to {config_name}"
    _refuse_in_transition(there)
    policy: dict[str, Any] = {"DeploymentConfig": rollout} if rollout else {}
    if keep_count:
        policy["RetainAllVariantProperties"] = True
    with in_our_words("UpdateEndpoint", once_only=True):
        client.update_endpoint(EndpointName=name, EndpointConfigName=config_name, **policy)
    return f"updated endpoint {name} to {config_name}"


def resize_endpoint(client: Client, name: str, variant: str, instance_count: int) -> str:
    """Changes one variant's instance count in place. Nothing is asked if it is the desired count already."""
    there = _existing(client, name)
    if _desired_count(there, variant) == instance_count:
        return f"endpoint {name} already has, or is on its way to, {instance_count} instances"
    _refuse_in_transition(there)
    wanted = {"VariantName": variant, "DesiredInstanceCount": instance_count}
    with in_our_words("UpdateEndpointWeightsAndCapacities", once_only=True):
        client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[wanted])
    return f"resized endpoint {name} to {instance_count} instances"


def delete_endpoint(client: Client, name: str, stack: str) -> str:
    """Nothing is asked if it is gone, or going. RefusedError for an endpoint that isn't ours."""
    there = described(client, name)
    if there is None:
        return f"endpoint {name} is gone already"
    if there["EndpointStatus"] == "Deleting":
        return f"endpoint {name} is being deleted already"
    _refuse_foreign(client, there, stack)
    _refuse_in_transition(there)
    with fine_if(Answer.GONE, "DeleteEndpoint", once_only=True):
        client.delete_endpoint(EndpointName=name)
    return f"deleted endpoint {name}"


def delete_config(client: Client, name: str) -> None:
    """Gone already is fine, so asking twice is. SageMaker doesn't protect a config in use: the caller looks first."""
    with fine_if(Answer.UNSEEN, "DeleteEndpointConfig"):
        client.delete_endpoint_config(EndpointConfigName=name)


def _config_request(spec: ConfigSpec, tags: dict[str, str]) -> dict[str, Any]:
    variant: dict[str, Any] = {
        "VariantName": spec.variant,
        "InstanceType": spec.instance_type,
        "InitialInstanceCount": spec.instance_count,
        **(_of_a_model(spec.model) if spec.model else _for_components(spec.instance_count)),
    }
    if spec.plan_arn:
        variant["CapacityReservationConfig"] = {
            "CapacityReservationPreference": "capacity-reservations-only",
            "MlReservationArn": spec.plan_arn,
        }
    role = {"ExecutionRoleArn": spec.execution_role_arn} if spec.execution_role_arn else {}
    return {"EndpointConfigName": spec.name, "ProductionVariants": [variant], "Tags": _tags(tags), **role}


def _of_a_model(model: str) -> dict[str, Any]:
    return {"ModelName": model, "InitialVariantWeight": 1.0}


def _for_components(most: int) -> dict[str, Any]:
    """Instances come and go with the copies. A minimum of 0 lets them all go (aws-facts 3.2)."""
    return {"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": most}}


def _is_there(client: Client, spec: ConfigSpec) -> bool:
    seen = config_seen(client, spec.name)
    if seen is None:
        return False
    found = (seen.model, seen.instance_type, seen.instance_count, seen.plan_arn)
    if found != (spec.model, spec.instance_type, spec.instance_count, spec.plan_arn):
        raise RefusedError(f"endpoint config {spec.name} exists with other content, {found}: delete it, or rename")
    return True


def _own_earlier_work(client: Client, there: Described, config_name: str, tags: dict[str, str]) -> str:
    name = there["EndpointName"]
    _refuse_foreign(client, there, tags[STACK_TAG])
    if not _heads_for(there, config_name) and there["EndpointStatus"] != "Failed":
        raise RefusedError(f"endpoint {name} exists on {there.get('EndpointConfigName')}, not on {config_name}")
    return f"endpoint {name} was created before"


def _existing(client: Client, name: str) -> Described:
    there = described(client, name)
    if there is None:
        raise RefusedError(f"endpoint {name} is gone: it was deleted since the decision")
    return there


def _heads_for(there: Described, config_name: str) -> bool:
    """Live and serving it, or changing to it. Not if the way there has failed: then it has to be asked again."""
    if there["EndpointStatus"] not in ("InService", "Creating", "Updating"):
        return False
    pending = there.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
    return config_name == (pending or there.get("EndpointConfigName"))


def _desired_count(there: Described, variant: str) -> int | None:
    counts: dict[str, int | None] = {
        each["VariantName"]: each.get("DesiredInstanceCount") for each in there.get("ProductionVariants", ())
    }
    if variant not in counts:
        raise RefusedError(f"endpoint {there['EndpointName']} has no variant {variant}, only {', '.join(counts)}")
    return counts[variant]


def _refuse_in_transition(there: Described) -> None:
    status = there["EndpointStatus"]
    if status in IN_TRANSITION or "PendingDeploymentSummary" in there:
        raise BusyError(f"endpoint {there['EndpointName']} is {status}: SageMaker takes no change just now")


def _refuse_foreign(client: Client, there: Described, stack: str) -> None:
    owner = (tags_of(client, there["EndpointArn"]) or {}).get(STACK_TAG)
    if owner != stack:
        raise RefusedError(
            f"endpoint {there['EndpointName']} has {STACK_TAG}={owner!r}, ours have {stack!r}: it isn't touched"
        )


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
