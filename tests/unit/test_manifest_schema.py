"""The published JSON Schema is the models', and takes what they take."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from berth_core.parsing import Rejection, parse_manifest
from berth_core.schema import manifest_schema
from tests.manifest_samples import EXAMPLE_WITH_COMPONENTS, EXAMPLE_WITH_MODEL, REPOSITORY, SMALL, small_with

SCHEMA: dict[str, Any] = json.loads(manifest_schema())


def faults(text: str) -> list[str]:
    # As an editor reads it: with YAML's own types, but for dates, which JSON doesn't have.
    content = json.loads(json.dumps(yaml.safe_load(text), default=lambda day: day.isoformat()))
    return [fault.json_path for fault in Draft202012Validator(SCHEMA).iter_errors(content)]


def parts() -> list[dict[str, Any]]:
    return [SCHEMA, *SCHEMA["$defs"].values()]


def test_the_published_schema_is_in_step() -> None:
    published = (REPOSITORY / "docs" / "manifest.schema.json").read_text()
    assert published == manifest_schema(), "write it anew: python -m berth_core.schema > docs/manifest.schema.json"


def test_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_is_described() -> None:
    bare = [name for part in parts() for name, key in part["properties"].items() if not key.get("description")]
    assert bare == []


def test_no_block_takes_unknown_keys() -> None:
    assert all(part["additionalProperties"] is False for part in parts())


@pytest.mark.parametrize("text", [EXAMPLE_WITH_MODEL, EXAMPLE_WITH_COMPONENTS, SMALL])
def test_takes_what_the_models_take(text: str) -> None:
    assert faults(text) == []
    assert not isinstance(parse_manifest(text, object_name="llama-eval", priced_types=None), Rejection)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (small_with("name: Llama"), "$.name"),
        (small_with("colour: red"), "$"),
        (small_with("model: m", "components: [{name: a, model: b}]"), "$"),
        (SMALL.replace("model: my-model", "components: [{name: a, model: b}]"), "$"),
        ("\n".join(line for line in SMALL.splitlines() if not line.startswith("model")), "$"),
        (small_with("rollout: {strategy: fly}"), "$.rollout.strategy"),
        (small_with("staging: {memory_mb: 1025}"), "$.staging"),
        (small_with("version: 2"), "$.version"),
    ],
)
def test_refuses_what_the_models_refuse(text: str, path: str) -> None:
    assert path in faults(text)
    assert isinstance(parse_manifest(text, object_name="llama-eval", priced_types=None), Rejection)
