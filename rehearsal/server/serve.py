"""`python -m rehearsal up`: the cloud, the stack in it, and a port, until someone ends it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal import collector
from rehearsal.server.asking import shown_time

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud
    from rehearsal.deployment import Stack

HOST = "127.0.0.1"
_LAST_REQUEST_SECONDS = 2.0
PARAMETERS = {"PurchaseBudgetUsd": "1000000"}
"""Of the stack, beyond its defaults: nothing costs anything here, and buying is what some come to try."""


class CannotServeError(Exception):
    """The server can't start. The text says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """How to serve. `start` None is the settings' own; port 0 takes a free one."""

    port: int
    template: Path
    start: datetime | None = None


def serve(wanted: Wanted) -> None:
    """Returns when SIGINT or SIGTERM comes. Raises CannotServeError before it listens."""
    if not wanted.template.is_file():
        raise CannotServeError(f"--template: there is no file {wanted.template}; name the stack's template.yaml")
    began = time.perf_counter()
    collector.pause()
    _keep_calls_in_this_process()
    with _ending_on_signals(), suppress(KeyboardInterrupt), _bound(wanted.port) as listener:
        print("Starting the local AWS and deploying the stack into it ...", flush=True)
        with _cloud(wanted) as cloud:
            _serve_stack(cloud, wanted, listener, began)
    print("Ended. Nothing is kept.", flush=True)


def _keep_calls_in_this_process() -> None:
    """The client's settings, taken over from the shell, must not send the cloud's own calls to this very port."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


@contextmanager
def _cloud(wanted: Wanted) -> Iterator[Cloud]:
    from rehearsal.cloud import Cloud
    from rehearsal.settings import Settings

    settings = Settings(execution_logs=True)
    cloud = Cloud.start(settings if wanted.start is None else settings.model_copy(update={"start": wanted.start}))
    try:
        yield cloud
    finally:
        # Wait a moment for the request that is being served, but not for a year that is being replayed.
        if cloud.kernel.mutex.acquire(timeout=_LAST_REQUEST_SECONDS):
            cloud.stop()
            cloud.kernel.mutex.release()


def _serve_stack(cloud: Cloud, wanted: Wanted, listener: socket.socket, began: float) -> None:
    from werkzeug.serving import make_server

    from rehearsal.server.front import Front
    from rehearsal.server.keep_alive import KeepAliveHandler

    stack = _deployed(cloud, wanted.template)
    listener.listen(128)
    port = listener.getsockname()[1]
    server = make_server(
        HOST, port, Front(cloud, stack), threaded=True, request_handler=KeepAliveHandler, fd=listener.fileno()
    )
    print(_greeting(cloud, stack.outputs, port, time.perf_counter() - began), end="", flush=True)
    # Returns on KeyboardInterrupt.
    server.serve_forever(poll_interval=0.1)


def _deployed(cloud: Cloud, template: Path) -> Stack:
    from rehearsal.deployment import DeploymentError, deploy

    try:
        return deploy(cloud, template, parameters=_known(template))
    except DeploymentError as error:
        raise CannotServeError(f"{template} can't be deployed: {error}") from error


def _known(template: Path) -> dict[str, str]:
    """Another template than ours may not have them."""
    written = template.read_text(encoding="utf-8")
    return {name: value for name, value in PARAMETERS.items() if f"  {name}:" in written}


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """The port, taken before the slow part begins; whoever asks meanwhile is refused, as if nobody were here."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CannotServeError(f"port {port} is in use; choose another: make up PORT={port + 1}") from error
        yield listener


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does; a second signal while ending ends at once."""

    def end(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greeting(cloud: Cloud, outputs: Any, port: int, seconds: float) -> str:
    url = f"http://{HOST}:{port}"
    region, account = cloud.settings.region, cloud.settings.account_id
    return f"""\
The local AWS is up on {url} (ready in {seconds:.1f} s), with the stack deployed.
Region {region}, account {account}; the clock stands at {shown_time(cloud.now)} until you move it.

In another terminal (any region and any credentials will do):
  export AWS_ENDPOINT_URL={url} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
  aws sagemaker search-training-plan-offerings --instance-type ml.p5.48xlarge --instance-count 2 \\
      --duration-hours 168 --target-resources endpoint
  aws s3 cp my-deployment.yaml s3://{outputs.get("ManifestBucket", "<ManifestBucket>")}/deployments/my-deployment.yaml
  curl -s {url}/_rehearsal/clock -d '{{"advance_seconds": 3600}}'
  curl -s {url}/_rehearsal/timeline

docs/rehearsal.md has every route with an example. Ctrl-C ends it; nothing is kept.
"""
