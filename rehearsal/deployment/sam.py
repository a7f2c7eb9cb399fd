"""SAM to CloudFormation with AWS's own translator, offline, straight from the working tree."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from rehearsal.deployment import template_text

PACKAGES_BUCKET = "rehearsal-packages"
"""Where `sam deploy` would put code and definitions. Code stays in the working tree; its archives here are empty."""

FUNCTION_KEY = "function.zip"
_MANAGED_POLICIES = {
    "AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "AWSXRayDaemonWriteAccess": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}


class DeploymentError(Exception):
    """The template can't be deployed; the text says what is wrong with which resource."""


@dataclass(frozen=True)
class Translation:
    """A CloudFormation template, and the folders that its code, layers and definitions stand for."""

    template: str
    parameters: dict[str, Any]
    functions: dict[str, Path]
    layers: dict[str, Path]
    definitions: dict[str, Path]
    sources: tuple[tuple[Path, int], ...]

    @property
    def fresh(self) -> bool:
        """Whether every file that was read is still the same."""
        return all(path.is_file() and path.stat().st_mtime_ns == changed_ns for path, changed_ns in self.sources)


class _Policies:
    """Managed policies' ARNs by name, as the SAM service would look them up."""

    def load(self) -> dict[str, str]:
        return _MANAGED_POLICIES


# The translator counts itself, and complains at its end that nobody collected the counts.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
_translations: dict[tuple[Path, tuple[tuple[str, str], ...]], Translation] = {}


def translate(template: Path, parameters: dict[str, str]) -> Translation:
    """Kept for the process until a file changes: it takes most of a second. Raises DeploymentError."""
    key = (template.absolute(), tuple(sorted(parameters.items())))
    known = _translations.get(key)
    if known is None or not known.fresh:
        known = _translations[key] = _translate(template.absolute(), parameters)
    return known


def _translate(template: Path, parameters: dict[str, str]) -> Translation:
    document = template_text.parsed(template.read_text(encoding="utf-8"))
    places = _Places(template.parent)
    default_code = document.get("Globals", {}).get("Function", {}).get("CodeUri")
    for logical_id, resource in document["Resources"].items():
        places.replace(logical_id, resource["Type"], resource.setdefault("Properties", {}), default_code)
    declared = document.get("Parameters", {})
    try:
        plain = transform(document, dict(parameters), _Policies())
    except InvalidDocumentException as error:
        raise DeploymentError("\n".join(cause.message for cause in error.causes)) from error
    read = [template, *places.definitions.values()]
    return Translation(
        template=json.dumps(plain, default=str),
        parameters=declared,
        functions=places.functions,
        layers=places.layers,
        definitions=places.definitions,
        sources=tuple((path, path.stat().st_mtime_ns) for path in read),
    )


class _Places:
    """Swaps local folders and files for places in the packages bucket, as `sam package` does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.functions: dict[str, Path] = {}
        self.layers: dict[str, Path] = {}
        self.definitions: dict[str, Path] = {}

    def replace(self, logical_id: str, kind: str, properties: dict[str, Any], default_code: Any) -> None:
        if kind == "AWS::Serverless::Function" and "InlineCode" not in properties:
            place = properties.get("CodeUri", default_code)
            self.functions[logical_id] = self._folder(logical_id, "CodeUri", place)
            properties["CodeUri"] = {"Bucket": PACKAGES_BUCKET, "Key": FUNCTION_KEY}
        if kind == "AWS::Serverless::LayerVersion":
            key = f"layers/{logical_id}.zip"
            self.layers[key] = self._folder(logical_id, "ContentUri", properties.get("ContentUri"))
            properties["ContentUri"] = {"Bucket": PACKAGES_BUCKET, "Key": key}
        if kind == "AWS::Serverless::StateMachine" and "DefinitionUri" in properties:
            key = f"definitions/{logical_id}"
            self.definitions[key] = self._file(logical_id, properties["DefinitionUri"])
            properties["DefinitionUri"] = {"Bucket": PACKAGES_BUCKET, "Key": key}

    def _folder(self, logical_id: str, name: str, place: Any) -> Path:
        path = self._root / place if isinstance(place, str) else None
        if path is None or not path.is_dir():
            raise DeploymentError(f"{logical_id}.{name}: {place!r} must be a folder beside the template")
        return path

    def _file(self, logical_id: str, place: Any) -> Path:
        path = self._root / place if isinstance(place, str) else None
        if path is None or not path.is_file():
            raise DeploymentError(f"{logical_id}.DefinitionUri: {place!r} must be a file beside the template")
        return path
