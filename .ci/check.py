"""All checks beside all tests: a line per check, and its output if it fails. pytest takes longest."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# One after the other, beside two workers of pytest: they fill what those leave of two cores.
CHECKS = {
    "lint": "ruff check",
    "format": "ruff format --check",
    "walls": "lint-imports",
    "types": "mypy",
    "build": "sam build",
    "template": "sam validate --lint",
}

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "PYTHONPATH": os.pathsep.join(("layers/core", "layers/aws", "layers/shell", ".")),
    "AWS_DEFAULT_REGION": "us-east-1",
    "SAM_CLI_TELEMETRY": "0",
}


def main() -> int:
    with ThreadPoolExecutor(max_workers=1) as pool:
        checks = [pool.submit(_check, name) for name in CHECKS]
        command = [sys.executable, "-m", "pytest", "-n", "2"]
        tests = subprocess.call(command, cwd=ROOT, env=ENVIRONMENT)
        failed = [name for name, check in zip(CHECKS, checks, strict=True) if not check.result()]
    if failed:
        print(f"failed besides: {', '.join(failed)}", flush=True)
    return 1 if failed else tests


def _check(name: str) -> bool:
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
    if not passed:
        print(f"--- {name}: {CHECKS[name]}\n{ran.stdout}", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main())
