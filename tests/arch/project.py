"""What the tests of the architecture look at: the template as written and as rendered, the machines, the functions."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from rehearsal.deployment import template_text

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {"berth_core": "layers/core", "berth_aws": "layers/aws", "berth_shell": "layers/shell"}

type Json = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource of a template, by its logical id."""

    name: str
    type: str
    properties: Json


@cache
def template() -> Json:
    """template.yaml as written, with CloudFormation's short forms (!Ref) in their long ones."""
    parsed: Json = template_text.parsed((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return parsed


@cache
def rendered() -> Json:
    """The CloudFormation template that SAM makes of it. Offline: the code is said to be in a bucket already."""
    from samtranslator.translator.transform import transform

    source = template_text.parsed((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        for key in {"CodeUri", "ContentUri", "DefinitionUri"} & resource["Properties"].keys():
            resource["Properties"][key] = {"Bucket": "packages", "Key": resource["Properties"][key]}
    with patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        made: Json = transform(source, {}, _NoManagedPolicies())
    return made


class _NoManagedPolicies:
    """Ours are all written out, so that there is none to look up."""

    def load(self) -> dict[str, str]:
        return {}


def written(kind: str = "") -> list[Resource]:
    """Resources of template.yaml whose type ends with `kind`."""
    return _resources(template(), kind)


def made(kind: str = "") -> list[Resource]:
    """Resources of the rendered template whose type ends with `kind`."""
    return _resources(rendered(), kind)


def _resources(source: Json, kind: str) -> list[Resource]:
    found = (Resource(name, it["Type"], it.get("Properties", {})) for name, it in source["Resources"].items())
    return [resource for resource in found if resource.type.endswith(kind)]


def pascal(snake: str) -> str:
    return "".join(word.capitalize() for word in snake.split("_"))


def function_folders() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


def machine_files() -> list[str]:
    return sorted(path.name.removesuffix(".asl.yaml") for path in (ROOT / "statemachines").glob("*.asl.yaml"))


@cache
def machine(name: str) -> Json:
    parsed: Json = yaml.load(machine_text(name), yaml.CSafeLoader)  # safe_load, but eight times as fast
    return parsed


def scopes(name: str) -> list[Json]:
    """A machine, and the items' steps of its Map states: each has its own states, and leads nowhere else."""
    found = [machine(name)]
    for scope in found:
        found += [state["ItemProcessor"] for state in scope["States"].values() if "ItemProcessor" in state]
    return found


def all_states(name: str) -> dict[str, Json]:
    """The states of a machine with those inside its Map states."""
    return {state_name: state for scope in scopes(name) for state_name, state in scope["States"].items()}


def machine_text(name: str) -> str:
    return (ROOT / "statemachines" / f"{name}.asl.yaml").read_text(encoding="utf-8")


def invoked_function(state: Json) -> str | None:
    """The logical id of the function that a state invokes, without the word Function."""
    name = str(state.get("Arguments", {}).get("FunctionName", ""))
    found = re.fullmatch(r"\$\{(\w+)FunctionArn\}", name)
    return found[1] if found else None


def strings(node: Any) -> Iterator[str]:
    """Every string value in a parsed document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)


def tracked_files(*suffixes: str) -> list[Path]:
    """Files that are in the repository, or would be with the next commit."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (ROOT / line for line in listing.stdout.splitlines())
    return sorted(path for path in files if path.is_file() and (not suffixes or path.suffix in suffixes))


def production_modules() -> list[Path]:
    """The Python that is deployed."""
    packages = (ROOT / folder / package for package, folder in LAYERS.items())
    return sorted([*(path for package in packages for path in package.rglob("*.py")), *ROOT.glob("functions/*/*.py")])


def imports(path: Path) -> set[str]:
    """The dotted names of all modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
