"""Make the packaged dependencies small: python prune.py SITE_DIRECTORY.

botocore describes every operation of every AWS service, and reading SageMaker's whole model is most of a cold start.
Only the operations of operations.toml stay, with the shapes they reach. The files are rewritten where botocore ships
them: a second data directory would make it take an older way of finding endpoints.

Each client's first call reads the bundle of certificate authorities anew, which takes as long as the call. Of its more
than a hundred, those stay that AWS's endpoints may have their certificates from.
"""

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

OPERATIONS_FILE = Path(__file__).with_name("operations.toml")

# Console scripts, package metadata (nothing here reads it) and boto3's resource interface, which is not used.
LEFTOVERS = ("bin", "*.dist-info", "boto3/examples", "boto3/data/*", "**/tests", "**/__pycache__")


# AWS's own authorities, by the names that Amazon Trust Services asks custom trust stores to hold
# (https://www.amazontrust.com/repository). A bundle without one of them is not what we think it is.
NEEDED_AUTHORITIES = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)
# DigiCert was AWS's authority before, and no document says that it has gone in every partition.
KEPT_ISSUERS = ("Amazon", "Starfield Technologies", "DigiCert")


def prune(site: Path, operations_by_service: dict[str, list[str]]) -> None:
    """Prune `site`, a directory that pip filled. Pruning twice changes nothing.

    Raises KeyError, naming it, if an operation doesn't exist.
    """
    for pattern in LEFTOVERS:
        for path in sorted(site.glob(pattern)):
            shutil.rmtree(path, ignore_errors=True)
    bundle = site / "botocore" / "cacert.pem"
    bundle.write_text(prune_authorities(bundle.read_text(encoding="utf-8")), encoding="utf-8")
    catalogue = site / "botocore" / "data"
    _prune_endpoints(catalogue, operations_by_service)
    for directory in catalogue.iterdir():
        if directory.is_dir():
            _prune_service(directory, operations_by_service.get(directory.name, []))


def prune_authorities(bundle: str) -> str:
    """The certificates of the issuers that are kept, each with its own comment. KeyError names one that is missing."""
    blocks = re.findall(r"^# Issuer:.*?-----END CERTIFICATE-----\n", bundle, flags=re.MULTILINE | re.DOTALL)
    issued = re.compile(rf"# Issuer:.*\bO=(?:{'|'.join(KEPT_ISSUERS)})\b")
    kept = "\n".join(block for block in blocks if issued.match(block))
    missing = [name for name in NEEDED_AUTHORITIES if f'# Label: "{name}"' not in kept]
    if missing:
        raise KeyError(f"the bundle has no {', '.join(missing)}")
    return kept


def prune_model(model: Json, operations: list[str]) -> Json:
    """A service model with only `operations` and the shapes they reach, without documentation.

    Except for the client's context parameters: botocore reads the text of each when it builds a request.
    """
    kept = {name: model["operations"][name] for name in operations}
    shapes = {name: model["shapes"][name] for name in _reachable(model["shapes"], kept)}
    pruned: Json = _without_documentation(model | {"operations": kept, "shapes": shapes})
    untouched = {key: model[key] for key in ("clientContextParams",) if key in model}
    return pruned | untouched


def _prune_endpoints(catalogue: Path, services: Iterable[str]) -> None:
    """Regions stay, of the kept services only. All partitions stay: the stack may run in any."""
    path = catalogue / "endpoints.json"
    endpoints = json.loads(path.read_bytes())
    prefixes = {_read_service(catalogue / service)["model"]["metadata"]["endpointPrefix"] for service in services}
    for partition in endpoints["partitions"]:
        partition["services"] = {name: it for name, it in partition["services"].items() if name in prefixes}
    _write(path, endpoints)


def _prune_service(directory: Path, operations: list[str]) -> None:
    """Rewrite one service's directory. Waiters and examples go: nothing here waits inside a function."""
    files = _read_service(directory) if operations else {}
    shutil.rmtree(directory)
    if not operations:
        return
    version, model, paginators, endpoint_rules = files["version"], files["model"], files["paginators"], files["rules"]
    target = directory / version
    target.mkdir(parents=True)
    pages = {name: page for name, page in paginators["pagination"].items() if name in operations}
    _write(target / "service-2.json", prune_model(model, operations))
    _write(target / "paginators-1.json", {"pagination": pages})
    _write(target / "endpoint-rule-set-1.json", endpoint_rules)


def _read_service(directory: Path) -> Json:
    """The newest model, read by botocore itself, which lays its `sdk-extras` over it."""
    from botocore.loaders import Loader

    loader = Loader(extra_search_paths=[str(directory.parent)], include_default_search_paths=False)
    version = loader.determine_latest_version(directory.name, "service-2")
    kinds = {"model": "service-2", "paginators": "paginators-1", "rules": "endpoint-rule-set-1"}
    files = {key: loader.load_service_model(directory.name, kind, version) for key, kind in kinds.items()}
    return {"version": version, **files}


def _reachable(shapes: Json, operations: Json) -> list[str]:
    """The names of all shapes that the operations' inputs, outputs and errors lead to."""
    waiting = [
        reference["shape"]
        for operation in operations.values()
        for reference in [operation.get("input"), operation.get("output"), *operation.get("errors", [])]
        if reference
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        shape = shapes[name]
        parts = [shape[key] for key in ("member", "key", "value") if key in shape]
        waiting.extend(part["shape"] for part in [*parts, *shape.get("members", {}).values()])
    return sorted(found)


def _without_documentation(node: Any) -> Any:
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if not (key == "documentation" and isinstance(value, str))}
        return {key: _without_documentation(value) for key, value in kept.items()}
    if isinstance(node, list):
        return [_without_documentation(item) for item in node]
    return node


def _write(path: Path, content: Json) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    site_directory = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(site_directory))
    prune(site_directory, tomllib.loads(OPERATIONS_FILE.read_text(encoding="utf-8")))
