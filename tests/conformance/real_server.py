"""`python -m rehearsal up` in a process of its own, on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Whoever tries Berth has a client's settings in the shell. The server must not follow them to itself.
_SETTINGS_OF_A_CLIENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_PROFILE": "nobodys",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "PORT": "9",
}
_LISTENS = re.compile(r"is up on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class RealServer:
    """A running server. `greeting` is what it wrote until it was ready, `seconds` how long that took."""

    process: subprocess.Popen[str]
    url: str
    greeting: str
    seconds: float

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Its exit status, and the rest of what it wrote to stdout and to stderr."""
        self.process.send_signal(by)
        out, errors = self.process.communicate(timeout=30)
        return self.process.returncode, out, errors


@contextmanager
def running(*arguments: str) -> Iterator[RealServer]:
    command = [sys.executable, "-m", "rehearsal", "up", "--port", "0", *arguments]
    environment = {**os.environ, **_SETTINGS_OF_A_CLIENT}
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield _ready(process, began)
        finally:
            process.kill()


def _ready(process: subprocess.Popen[str], began: float) -> RealServer:
    greeting = ""
    for line in process.stdout or ():
        greeting += line
        if line.startswith("docs/rehearsal.md"):
            break
    found = _LISTENS.search(greeting)
    if found is None:
        process.kill()
        raise AssertionError(f"the server did not come up: {greeting}{process.communicate()[1]}")
    return RealServer(process, found[1], greeting, time.monotonic() - began)


def client_environment(url: str, *commands: str) -> dict[str, str]:
    """The environment of a person who follows the server's greeting, but works in another region.

    `commands` are folders that go before all others on PATH.
    """
    return {
        "PATH": os.pathsep.join((*commands, str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": "/nowhere",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "ap-southeast-2",
        "AWS_PAGER": "",
        "NO_PROXY": "*",
    }
