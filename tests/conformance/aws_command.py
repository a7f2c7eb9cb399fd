"""The stock aws command for a long session: imported once, and each call is a fork of the process that has it.

Its start costs a second of processor time, which its forks are spared. tests/conformance/test_server_clients.py calls
the command as it is installed.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[2]
_LONGEST = 1 << 20
_CALL = """\
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect(sys.argv[1])
    given = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)])
    socket.send_fds(asked, [given.encode()], [0, 1, 2])
    sys.exit(int(asked.recv(16) or 255))
"""


@contextmanager
def aws_ready() -> Iterator[str]:
    """A folder for PATH with the command in it."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"{folder}/asked"
        Path(folder, "call.py").write_text(_CALL, encoding="utf-8")
        command = Path(folder, "aws")
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {folder}/call.py {place} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.aws_command", place], cwd=ROOT, stdout=subprocess.PIPE
        ) as ready:
            try:
                assert ready.stdout is not None
                assert ready.stdout.readline() == b"ready\n"
                yield folder
            finally:
                ready.kill()


def serve(place: str) -> NoReturn:
    driver = importlib.import_module("awscli.clidriver")
    driver.create_clidriver()  # what it imports
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        print("ready", flush=True)
        while True:
            asked, _ = listening.accept()
            with asked:
                if os.fork() == 0:
                    _carry_out(asked, driver)


def _carry_out(asked: socket.socket, driver: object) -> NoReturn:
    """Of the fork: the call with the descriptors, the folder and the environment of whoever makes it."""
    status = 255
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        given, descriptors, _, _ = socket.recv_fds(asked, _LONGEST, 3)
        sys.argv[1:], folder, environment = json.loads(given)
        for own, theirs in enumerate(descriptors):
            os.dup2(theirs, own)
        os.chdir(folder)
        found = os.environ["AWS_DATA_PATH"]  # set when it was imported: where it has its models
        os.environ.clear()
        os.environ.update({**environment, "AWS_DATA_PATH": found})
        status = driver.main()  # type: ignore[attr-defined]  # it has no types
    except BaseException:  # noqa: BLE001  whatever it is, this process goes no further
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        asked.sendall(str(status).encode())
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
