"""A rehearsal, written down: every invocation of every function, with what it was given and what AWS answered it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moto.awslambda.models import lambda_backends
from moto.core.botocore_stubber import BotocoreStubber

from rehearsal.cloud import Cloud, current
from rehearsal.deployment import deploy
from rehearsal.doing import Stage, do
from rehearsal.judgement import Judge
from rehearsal.lambdas.frames import Frame, running_frame
from rehearsal.observed import observed
from rehearsal.replay import TEMPLATE, agenda
from rehearsal.scenario import load

FORTNIGHT = Path(__file__).with_name("fortnight.yaml")
_PREPARING = timedelta(hours=1)


@dataclass(frozen=True)
class Call:
    """One call as it went over the wire, and the answer. `target` names the operation in AWS's JSON protocols."""

    service: str
    operation: str
    path: str
    target: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Invocation:
    """`at` is the virtual time; `layer_dirs` are our own layers, as the template gives them to the function."""

    function: str
    code_dir: Path
    layer_dirs: tuple[Path, ...]
    variables: Mapping[str, str]
    at: datetime
    event: Any
    answer: str
    calls: tuple[Call, ...]

    def calls_to(self, service: str) -> int:
        return sum(call.service == service for call in self.calls)


def rehearse(path: Path = FORTNIGHT, *, prepare: Callable[[Cloud], None] | None = None) -> tuple[Invocation, ...]:
    """Plays a scenario to its end and gives its successful invocations, in order.

    `prepare` is called with the empty cloud an hour before: what it sets off ends before there is a stack that could
    notice.
    """
    scenario = load(path)
    settings = scenario.cloud_settings()
    cloud = Cloud.start(settings.model_copy(update={"start": settings.start - _PREPARING}))
    writer = _Writer()
    try:
        if prepare is not None:
            prepare(cloud)
        cloud.advance(to=scenario.start)
        outputs = deploy(cloud, TEMPLATE, parameters=dict(scenario.parameters)).outputs
        cloud.lambdas.answered.append(writer.answered)
        stage = Stage(cloud, outputs, scenario, path.parent, Judge(cloud, outputs, lambda: observed(cloud, scenario)))
        with writer:
            for at, step in agenda(scenario.steps, stage):
                cloud.advance(to=at)
                do(stage, step)
            cloud.advance(to=scenario.ends_at)
    finally:
        cloud.stop()
    return tuple(writer.invocations)


@dataclass
class _Writer:
    """Listens where moto answers botocore. A handler's calls are those made on its thread while its frame runs."""

    invocations: list[Invocation] = field(default_factory=list)
    _own: threading.local = field(default_factory=threading.local)
    _moto: Any = None

    def __enter__(self) -> None:
        self._moto = BotocoreStubber.__call__
        moto, note = self._moto, self._note

        def listening(stubber: Any, event_name: str, request: Any, **kwargs: Any) -> Any:
            frame = running_frame()
            response = moto(stubber, event_name, request, **kwargs)
            if frame is not None and frame is running_frame():
                note(frame, event_name, request, response)
            return response

        BotocoreStubber.__call__ = listening

    def __exit__(self, *_: object) -> None:
        BotocoreStubber.__call__ = self._moto

    def answered(self, function: str, event: Any, answer: str) -> None:
        calls = tuple(getattr(self._own, "calls", ()))
        self._own.calls = []
        deployed = _deployed(function)
        code = current().lambdas.of(deployed.function_name)
        if code is None:
            raise RuntimeError(f"function {function} doesn't come from the template")
        variables = dict(deployed.environment_vars or {})
        self.invocations.append(
            Invocation(function, code.code_dir, code.layer_dirs, variables, current().now, event, answer, calls)
        )

    def _note(self, frame: Frame, event_name: str, request: Any, response: Any) -> None:
        if getattr(self._own, "frame", None) is not frame:
            # A new invocation on this thread. What one that failed has left is not its own.
            self._own.frame, self._own.calls = frame, []
        self._own.calls.append(_call(event_name, request, response))


def _call(event_name: str, request: Any, response: Any) -> Call:
    _, service, operation = event_name.split(".")
    body = response.raw.read()
    response.raw.seek(0)
    return Call(
        service=service,
        operation=operation,
        path=urlsplit(request.url).path,
        target=_text(request.headers.get("X-Amz-Target", "")),
        status=response.status_code,
        headers=tuple((_text(name), _text(value)) for name, value in response.headers.items()),
        body=body,
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _deployed(logical_id: str) -> Any:
    cloud = current()
    backend = lambda_backends[cloud.settings.account_id][cloud.settings.region]
    for function in backend.list_functions():
        if cloud.lambdas.logical_id(function.function_name) == logical_id:
            return function
    raise RuntimeError(f"no function {logical_id} was deployed")
