"""Properties and attributes that moto's CloudFormation leaves out of the types that it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaFunction, LayerVersion, Permission
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.events.models import EventBus
from moto.iam.models import Role, iam_backends
from moto.kms.models import Key, kms_backends
from moto.logs.models import LogGroup
from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends
from moto.sns.models import Topic
from moto.sqs.models import Queue


def complete_table(table: Any, properties: dict[str, Any]) -> None:
    """CloudFormation says SSEEnabled where the API says Enabled."""
    if properties.get("SSESpecification", {}).get("SSEEnabled"):
        table.sse_specification["Enabled"] = True
    backend = dynamodb_backends[table.account_id][table.region_name]
    if "TimeToLiveSpecification" in properties:
        backend.update_time_to_live(table.name, properties["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in properties:
        backend.update_continuous_backups(table.name, properties["PointInTimeRecoverySpecification"])


def complete_bucket(bucket: Any, properties: dict[str, Any]) -> None:
    backend = s3_backends[bucket.account_id]["aws"]
    if "VersioningConfiguration" in properties:
        backend.put_bucket_versioning(bucket.name, properties["VersioningConfiguration"]["Status"])
    block = properties.get("PublicAccessBlockConfiguration")
    if block is not None:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        bucket.public_access_block = PublicAccessBlock(*(str(bool(block.get(name))).lower() for name in names))
    rules = properties.get("OwnershipControls", {}).get("Rules")
    if rules:
        backend.put_bucket_ownership_controls(bucket.name, {"Rule": rules[0]})
    # Naming the configuration turns it on, unless it says false (AWS::S3::Bucket EventBridgeConfiguration).
    to_events = properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")
    if to_events is not None and str(to_events.get("EventBridgeEnabled", True)).lower() == "true":
        bucket.set_notification_configuration({"EventBridgeConfiguration": {}})


def complete_function(function: Any, properties: dict[str, Any]) -> None:
    function.layers = function._get_layers_data(properties.get("Layers", []))
    function.tracing_config = properties.get("TracingConfig", function.tracing_config)
    function.architectures = properties.get("Architectures", function.architectures)
    function.tags = _tags(properties)
    function.logs_group_name = properties.get("LoggingConfig", {}).get("LogGroup", function.logs_group_name)
    function.dead_letter_config = properties.get("DeadLetterConfig")


def complete_role(role: Any, properties: dict[str, Any]) -> None:
    backend = iam_backends[role.account_id][role.partition]
    role.policies = {name: _as_text(document) for name, document in role.policies.items()}
    for arn in properties.get("ManagedPolicyArns", []):
        # AWS's own policies are there only once they are asked for: hundreds of them would slow every start.
        if arn in backend.managed_policies:
            backend.attach_role_policy(arn, role.name)


def _as_text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def complete_topic(topic: Any, properties: dict[str, Any]) -> None:
    topic._tags = _tags(properties)


def complete_bus(bus: Any, properties: dict[str, Any]) -> None:
    bus.description = properties.get("Description")
    bus.dead_letter_config = properties.get("DeadLetterConfig")
    bus.tags = properties.get("Tags", [])


def complete_key(key: Any, properties: dict[str, Any]) -> None:
    """moto reads the tags as the KMS API writes them, not as CloudFormation does."""
    key.policy = json.dumps(properties["KeyPolicy"])
    kms_backends[key.account_id][key.region].tag_resource(key.id, _tags(properties))


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


COMPLETIONS: tuple[tuple[Any, str, Callable[[Any, dict[str, Any]], None]], ...] = (
    (Table, "c7031c0f718e", complete_table),
    (FakeBucket, "3640bc977f74", complete_bucket),
    (LambdaFunction, "b6e92f26cada", complete_function),
    (Role, "e5db70562d85", complete_role),
    (Topic, "249d521a6282", complete_topic),
    (EventBus, "e91e04c4d70e", complete_bus),
    (Key, "b29b73d9cc77", complete_key),
)
"""moto's class, the digest of its create_from_cloudformation_json, and what is done after that."""

REFS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (EventBus, lambda bus: bus.name),
    (LayerVersion, lambda layer: layer.arn),
    (Permission, lambda permission: permission.logical_resource_id),
)
"""moto's classes for which Ref gives an object. What AWS makes up for a permission is nothing to rely on."""

NOT_FOR_MOTO = {"AWS::KMS::Key": ("Tags",), "AWS::SNS::Topic": ("Tags",)}
"""Properties that moto's own creation would misread."""

ATTRIBUTES: tuple[tuple[Any, str, str, dict[str, Callable[[Any], Any]]], ...] = (
    (Topic, "ce63817db4eb", "66a5a05d0f81", {"TopicArn": lambda topic: topic.arn}),
    (Queue, "d47a214a59ae", "29119d432afe", {"QueueUrl": lambda queue: queue.physical_resource_id}),
    (LogGroup, "576da38fbbe6", "9b7c9e832aed", {"Arn": lambda group: f"{group.arn}:*"}),
    (Key, "576da38fbbe6", "9b7c9e832aed", {"KeyId": lambda key: key.id}),
)
"""moto's class, the digests of has_cfn_attr and get_cfn_attribute, and the attributes that it lacks or gets wrong."""
