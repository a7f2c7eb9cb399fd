"""A stand-in for Lambda's runtime: imports the handler, gives it one event, writes what that took. Run as a script.

python -P boot.py REQUEST ANSWER; both are JSON files. Nothing of the rehearsal is imported here: it would count.
"""

import time

STARTED = time.perf_counter()

import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from datetime import datetime  # noqa: E402


class Context:
    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = "$LATEST"
    memory_limit_in_mb = "512"
    invoked_function_arn = f"arn:aws:lambda:us-east-1:111122223333:function:{function_name}"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


def main(request_path: str, answer_path: str) -> None:
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    began = time.perf_counter()
    if request["now"]:
        _set_clock(datetime.fromisoformat(request["now"]))
    handler = importlib.import_module("app").handler
    imported = time.perf_counter()
    handler(request["event"], Context())
    answered = time.perf_counter()
    figures = {
        "init_ms": (imported - began) * 1000,
        "first_ms": (answered - imported) * 1000,
        "modules": len(sys.modules),
        "rss_mb": _peak_rss_mb(),
    }
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(figures, file)


def _set_clock(moment: datetime) -> None:
    """Leases of the recording have long expired by the real clock, and the functions read it in one place."""
    clock = importlib.import_module("berth_shell.clock")
    clock.now = lambda: moment  # type: ignore[attr-defined]


def _peak_rss_mb() -> float:
    # The kernel's own mark. getrusage would count the parent's memory from before the exec.
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


main(*sys.argv[1:])
sys.stdout.flush()
# Lambda never tears an interpreter down, so the figure leaves it out.
os._exit(0)
