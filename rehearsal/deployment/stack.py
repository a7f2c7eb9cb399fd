"""One call from template.yaml to a stack whose functions run from the working tree."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.cloudformation.models import cloudformation_backends
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from rehearsal import collector
from rehearsal.deployment.sam import FUNCTION_KEY, PACKAGES_BUCKET, DeploymentError, Translation, translate

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud


@dataclass(frozen=True)
class Stack:
    """What is there after a deployment. `resources` maps logical ids to what Ref gives for them."""

    name: str
    outputs: dict[str, str]
    resources: dict[str, str]


def deploy(
    cloud: Cloud, template: Path, *, stack_name: str = "berth", parameters: dict[str, str] | None = None
) -> Stack:
    """Create the stack, or update it if it is there. Raises DeploymentError.

    Nothing runs yet: what the stack's schedules start begins when the clock is driven.
    """
    with collector.paused():
        stack = _deployed(cloud, template, stack_name, {name: str(value) for name, value in (parameters or {}).items()})
        collector.settle()
    return stack


def _deployed(cloud: Cloud, template: Path, stack_name: str, given: dict[str, str]) -> Stack:
    translation = translate(template, given)
    values = _parameter_values(translation, given)
    account, region = cloud.settings.account_id, cloud.settings.region
    _put_packages(s3_backends[account]["aws"], region, translation)
    backend = cloudformation_backends[account][region]
    try:
        made = _create_or_update(backend, stack_name, translation.template, values)
    except (HTTPException, ServiceException) as error:
        raise DeploymentError(f"stack {stack_name}: {getattr(error, 'message', None) or error}") from error
    _register_functions(cloud, made, translation)
    cloud.touched()
    outputs = {each["OutputKey"]: str(each["OutputValue"]) for each in made.outputs or []}
    return Stack(stack_name, outputs, _resources(made))


def _parameter_values(translation: Translation, given: dict[str, str]) -> dict[str, str]:
    """Defaults are given too: moto splits and converts only what is given."""
    declared = translation.parameters
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise DeploymentError(f"parameters {', '.join(unknown)}: the template has only {', '.join(declared) or 'none'}")
    missing = sorted(name for name in declared if name not in given and "Default" not in declared[name])
    if missing:
        raise DeploymentError(f"parameters {', '.join(missing)}: they have no default, so give them values")
    for name, value in given.items():
        allowed = declared[name].get("AllowedValues")
        if allowed is not None and value not in [str(each) for each in allowed]:
            raise DeploymentError(f"parameter {name}: {value!r} must be one of {', '.join(map(str, allowed))}")
    return {name: given.get(name, str(about.get("Default"))) for name, about in declared.items()}


def _put_packages(backend: Any, region: str, translation: Translation) -> None:
    if PACKAGES_BUCKET not in backend.buckets:
        backend.create_bucket(PACKAGES_BUCKET, region)
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for key in (FUNCTION_KEY, *translation.layers):
        backend.put_object(PACKAGES_BUCKET, key, empty.getvalue())
    for key, path in translation.definitions.items():
        backend.put_object(PACKAGES_BUCKET, key, path.read_bytes())


def _create_or_update(backend: Any, name: str, template: str, values: dict[str, str]) -> Any:
    if any(stack.name == name for stack in backend.stacks.values()):
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
        return backend.update_stack(name=name, template=template, role_arn=None, parameters=given, tags=None)
    return backend.create_stack(name=name, template=template, parameters=values)


def _resources(made: Any) -> dict[str, str]:
    """A resource whose condition doesn't hold is not there."""
    found = {logical_id: made.resource_map[logical_id] for logical_id in made.resource_map.resources}
    return {logical_id: str(each.physical_resource_id) for logical_id, each in found.items() if each is not None}


def _register_functions(cloud: Cloud, made: Any, translation: Translation) -> None:
    packages = {key: _import_dir(folder) for key, folder in translation.layers.items()}
    layers = {
        each.arn: packages.get(each.content.get("S3Key"))
        for each in (made.resource_map[logical_id] for logical_id in made.resource_map.resources)
        if getattr(each, "cf_resource_type", "") == "AWS::Lambda::LayerVersion"
    }
    for logical_id, folder in translation.functions.items():
        function = made.resource_map[logical_id]
        if function is None:
            continue
        found = (layers.get(layer["Arn"]) for layer in function.layers)
        layer_dirs = tuple(each for each in found if each is not None)
        cloud.lambdas.add(function.function_name, logical_id, folder, layer_dirs)


def _import_dir(layer: Path) -> Path | None:
    """A layer of ours holds its package, as AWS has it under python/. One without is third-party: the venv has that."""
    for folder in (layer / "python", layer):
        if any((child / "__init__.py").is_file() for child in (folder.iterdir() if folder.is_dir() else ())):
            return folder
    return None
