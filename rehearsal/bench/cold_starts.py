"""Cold starts: each function's first invocation in a fresh process, beside a bare boto3 handler's."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.bench.packages import ROOT, Packages, interpreter
from rehearsal.bench.recording import Call, Invocation
from rehearsal.bench.stub import Stub

BARE = "bare boto3 handler"
NOT_OURS = "not ours"
"""What the names of events end with that no function should spend anything on."""
_FOLDER = Path(__file__).parent
_BOOT = _FOLDER / "boot.py"
# Compiled modules lie beside the sources already, or, for app.py, are not kept on Lambda either: its disk is read-only.
_PYTHON_FLAGS = ("-P", "-B")
_OTHERS_EVENTS = {
    "ResumeWaitersFunction": "endpoint-config-state-change.json",
    "WakeDeploymentsFunction": "endpoint-config-state-change.json",
    "RegisterManifestFunction": "manifest-created.json",
}


@dataclass(frozen=True)
class Variant:
    """One thing to start. `paths` are searched in order; `now` is what its clock says, None for the real time."""

    name: str
    paths: tuple[Path, ...]
    variables: Mapping[str, str]
    event: Any
    now: datetime | None
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Started:
    """One cold start. `wall_ms` is from the process's start to its end, `init_ms` and `first_ms` are parts of it."""

    wall_ms: float
    cpu_ms: float
    init_ms: float
    first_ms: float
    rss_mb: float
    modules: int
    calls: int


def variants(invocations: Iterable[Invocation], packages: Packages) -> list[Variant]:
    """The bare handler first, then each function with its dearest invocation, then events that are not ours."""
    invocations = list(invocations)
    dearest = _dearest(invocations)
    seen = _first_answers(invocations, ("DescribeEndpoint", "ListTags"))
    bare = Variant(BARE, (_FOLDER / "bare", packages.stock), {}, {"endpoint": "llama-eval"}, None, seen)
    ours = [_variant(each, packages) for _, each in sorted(dearest.items())]
    return [bare, *ours, *_not_ours(dearest, packages)]


def _first_answers(invocations: list[Invocation], operations: tuple[str, ...]) -> tuple[Call, ...]:
    good = [call for each in invocations for call in each.calls if call.status == 200]
    return tuple(next(call for call in good if call.operation == operation) for operation in operations)


def _dearest(invocations: list[Invocation]) -> dict[str, Invocation]:
    """Each function's first invocation with the most AWS calls."""
    dearest: dict[str, Invocation] = {}
    for each in invocations:
        known = dearest.get(each.function)
        if known is None or len(each.calls) > len(known.calls):
            dearest[each.function] = each
    return dearest


def _variant(invocation: Invocation, packages: Packages) -> Variant:
    paths = (invocation.code_dir, *(packages.layer(folder) for folder in invocation.layer_dirs), packages.pruned)
    name = invocation.code_dir.name
    return Variant(name, paths, invocation.variables, invocation.event, invocation.at, invocation.calls)


def _not_ours(dearest: Mapping[str, Invocation], packages: Packages) -> Iterator[Variant]:
    for function, sample in sorted(_OTHERS_EVENTS.items()):
        invocation = dearest[function]
        event = json.loads((ROOT / "events" / "in" / sample).read_text(encoding="utf-8"))
        if "object" in event["detail"]:
            event["detail"]["object"]["key"] = "notes/readme.txt"
        known = _variant(invocation, packages)
        yield Variant(f"{known.name}, {NOT_OURS}", known.paths, known.variables, event, known.now, ())


def measure(variants: list[Variant], rounds: int, folder: Path) -> dict[str, list[Started]]:
    """Cold starts by variant. Rounds are interleaved, each begins with another: noise hits all alike."""
    measured: dict[str, list[Started]] = {each.name: [] for each in variants}
    with Stub(folder) as stub:
        start(variants[0], stub, folder)  # the interpreter's own files have to be read once
        for number in range(rounds):
            first = number % len(variants)
            for each in variants[first:] + variants[:first]:
                measured[each.name].append(start(each, stub, folder))
    return measured


def start(variant: Variant, stub: Stub, folder: Path) -> Started:
    """One cold start. RuntimeError if it failed, or called AWS otherwise than in the rehearsal."""
    request, answer = folder / "request.json", folder / "answer.json"
    now = variant.now.isoformat() if variant.now else None
    request.write_text(json.dumps({"event": variant.event, "now": now}), encoding="utf-8")
    stub.expect(variant.calls)
    environment = _environment(variant, stub, folder)
    command = [str(interpreter()), *_PYTHON_FLAGS, str(_BOOT), str(request), str(answer)]
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, used = os.wait4(child.pid, 0)
    wall_ms = (time.perf_counter() - began) * 1000
    child.returncode = os.waitstatus_to_exitcode(status)
    errors = child.stderr.read().decode() if child.stderr else ""
    if child.returncode != 0:
        raise RuntimeError(f"{variant.name} failed: {errors[-2000:]}")
    cpu_ms = (used.ru_utime + used.ru_stime) * 1000
    return Started(wall_ms, cpu_ms, calls=stub.asked(), **json.loads(answer.read_text(encoding="utf-8")))


def _environment(variant: Variant, stub: Stub, folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, variant.paths)),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": variant.name.replace(" ", "-"),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(variant.paths[0]),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_ENDPOINT_URL": stub.url,
        "AWS_CA_BUNDLE": str(_trusted(variant, stub, folder)),
        **variant.variables,
    }


def _trusted(variant: Variant, stub: Stub, folder: Path) -> Path:
    """The variant's own authorities and the stub: reading them is part of every client's first call."""
    site = variant.paths[-1]
    bundle = folder / "authorities.pem"
    shipped = (site / "botocore" / "cacert.pem").read_bytes()
    bundle.write_bytes(shipped + b"\n" + stub.certificate.read_bytes())
    return bundle
