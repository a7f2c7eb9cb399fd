"""One invocation: the handler's answer, or the error payload that AWS would give."""

from __future__ import annotations

import importlib
import io
import json
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rehearsal.alarms import operational
from rehearsal.cloud import current
from rehearsal.faults import Fault
from rehearsal.lambdas.context import LambdaContext
from rehearsal.lambdas.environments import environment_of, log_text
from rehearsal.lambdas.frames import Frame, TimedOut, running
from rehearsal.lambdas.registry import Environment

FAULTS = ("crash_before", "crash_after", "timeout")


@dataclass(frozen=True)
class Answer:
    """What the caller gets. `error` is the error's type, None for success."""

    payload: str
    request_id: str
    error: str | None = None
    log: str = ""


class InvocationError(Exception):
    """The runtime itself failed; `kind` is AWS's name for it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def invoke(function: Any, event: Any) -> Answer:
    """Run the handler now, on this thread. Waits take virtual time, the rest of its work takes none (assumption)."""
    request_id = str(uuid.uuid4())
    name = current().lambdas.logical_id(function.function_name)
    fault = current().faults.take("function", name, only=FAULTS)
    if fault is not None:
        current().timeline.record("fault", f"function:{name}", _FAULT_TEXTS[fault.do], do=fault.do)
    if fault is not None and fault.do == "crash_before":
        return _logged(function, _crashed(request_id), "")
    return _run(function, event, request_id, fault)


_FAULT_TEXTS = {
    "crash_before": "crashed before its handler ran",
    "crash_after": "crashed after its handler had run: its answer is lost",
    "timeout": "timed out after its handler had run: its answer is lost",
}


def _run(function: Any, event: Any, request_id: str, fault: Fault | None) -> Answer:
    output = io.StringIO()
    environment = environment_of(function)
    deadline_us = current().kernel.now_us + int(function.timeout) * 1_000_000
    context = _context(function, environment, request_id, deadline_us)
    with running(Frame(environment.sandbox, output, deadline_us, function.role)):
        answer = _answer(function, environment, event, context, output)
    if fault is not None and fault.do == "timeout":
        current().kernel.sleep((deadline_us - current().kernel.now_us) / 1e6)
        answer = _timed_out(function, request_id)
    if fault is not None and fault.do == "crash_after":
        answer = _crashed(request_id)
    if answer.error is None:
        for listener in current().lambdas.answered:
            listener(current().lambdas.logical_id(function.function_name), event, answer.payload)
    return _logged(function, answer, output.getvalue())


def _answer(function: Any, environment: Environment, event: Any, context: LambdaContext, output: io.StringIO) -> Answer:
    try:
        handler = environment.handler or _imported(function, environment)
        # A copy, as the wire would make: no handler can reach into its caller's values.
        returned = handler(json.loads(json.dumps(event)), context)
        return Answer(_as_json(returned), context.aws_request_id)
    except InvocationError as error:
        return _failed(context.aws_request_id, error.kind, str(error), [])
    except TimedOut:
        return _timed_out(function, context.aws_request_id)
    except SystemExit:
        return _crashed(context.aws_request_id)
    except Exception as error:  # noqa: BLE001  whatever a handler raises becomes its payload
        # The first frame is ours.
        trace = traceback.format_tb(error.__traceback__)[1:]
        output.write(f"[ERROR] {type(error).__name__}: {error}\nTraceback (most recent call last):\n{''.join(trace)}")
        return _failed(context.aws_request_id, type(error).__name__, str(error), trace)


def _imported(function: Any, environment: Environment) -> Callable[[Any, Any], Any]:
    module_name, _, name = function.handler.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        text = f"Unable to import module '{module_name}': {error}"
        raise InvocationError("Runtime.ImportModuleError", text) from error
    except SyntaxError as error:
        text = f"Syntax error in module '{module_name}': {error}"
        raise InvocationError("Runtime.UserCodeSyntaxError", text) from error
    handler = getattr(module, name, None)
    if handler is None:
        raise InvocationError("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'")
    environment.handler = handler
    found: Callable[[Any, Any], Any] = handler
    return found


def _as_json(returned: Any) -> str:
    try:
        return json.dumps(returned, default=_number, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvocationError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _failed(request_id: str, kind: str, text: str, trace: list[str]) -> Answer:
    payload = {"errorMessage": text, "errorType": kind, "requestId": request_id, "stackTrace": trace}
    return Answer(json.dumps(payload), request_id, kind)


def _crashed(request_id: str) -> Answer:
    text = f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"
    payload = {"errorType": "Runtime.ExitError", "errorMessage": text}
    return Answer(json.dumps(payload), request_id, "Runtime.ExitError")


def _timed_out(function: Any, request_id: str) -> Answer:
    text = f"RequestId: {request_id} Error: Task timed out after {int(function.timeout)}.00 seconds"
    payload = {"errorType": "Sandbox.Timedout", "errorMessage": text}
    return Answer(json.dumps(payload), request_id, "Sandbox.Timedout")


def _context(function: Any, environment: Environment, request_id: str, deadline_us: int) -> LambdaContext:
    return LambdaContext(
        function_name=function.function_name,
        function_version="$LATEST",
        invoked_function_arn=function.function_arn,
        memory_limit_in_mb=str(function.memory_size),
        aws_request_id=request_id,
        log_group_name=function.logs_group_name,
        log_stream_name=environment.log_stream,
        deadline_us=deadline_us,
    )


def _logged(function: Any, answer: Answer, output: str) -> Answer:
    log = log_text(function, answer.request_id, output)
    operational.lines_in(output)
    operational.function_ran(function.function_name, failed=answer.error is not None)
    if answer.error is not None:
        told = json.loads(answer.payload)
        current().timeline.record(
            "error", function.function_name, f"{answer.error}: {told['errorMessage']}", error=answer.error
        )
    return Answer(answer.payload, answer.request_id, answer.error, log)
