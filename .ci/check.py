"""All checks, then all tests: a line per check, its output if it fails. pytest comes last: its summary ends the run."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The longest first: with two at a time, the short ones fill the other core.
CHECKS = {
    "types": "mypy",
    "build": "sam build",
    "template": "sam validate --lint",
    "walls": "lint-imports",
    "lint": "ruff check",
    "format": "ruff format --check",
}
AT_A_TIME = 2

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "PYTHONPATH": os.pathsep.join(("layers/core", "layers/aws", "layers/shell", ".")),
    "AWS_DEFAULT_REGION": "us-east-1",
    "SAM_CLI_TELEMETRY": "0",
}


@dataclass(frozen=True)
class Finished:
    name: str
    passed: bool
    output: str


def main() -> int:
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        failures = [finished for finished in pool.map(_check, CHECKS) if not finished.passed]
    for failure in failures:
        print(f"\n--- {failure.name}: {CHECKS[failure.name]}\n{failure.output}", flush=True)
    if failures:
        return 1
    command = [sys.executable, "-m", "pytest", "-n", "2"]
    return subprocess.call(command, cwd=ROOT, env=ENVIRONMENT)


def _check(name: str) -> Finished:
    started_at = time.monotonic()
    ran = subprocess.run(
        CHECKS[name].split(),
        cwd=ROOT,
        env=ENVIRONMENT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    passed = ran.returncode == 0
    print(f"{'ok  ' if passed else 'FAIL'} {name:<9} {time.monotonic() - started_at:5.1f} s", flush=True)
    return Finished(name, passed, ran.stdout)


if __name__ == "__main__":
    sys.exit(main())
