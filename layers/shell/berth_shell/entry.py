"""The front door of every function: parse what came, name it in the log, run one thing, dump what it answers.

    @entry(Request, Settings)
    def handler(request: Request, settings: Settings) -> Snapshot: ...

Errors pass through unchanged: Lambda reports the class name to Step Functions, which acts on it.

Until the first answer there is nothing to collect, for what is imported stays. So the collector rests until then, and
leaves alone ever after what it finds there.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pydantic import BaseModel, RootModel, ValidationError

from berth_core.errors import RefusedError
from berth_shell.settings import Environment

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

_COLLECTED_BEFORE = gc.isenabled()
gc.disable()

type Event = dict[str, Any]
type Handler = Callable[[Event, Any], Any]

LOG_KEYS = ("deployment", "holder", "kind", "code", "reason", "id", "asked", "summary")
"""What is said of a request or an answer. The event itself is never logged: it may hold what is not ours to keep."""

_NAMES: WeakKeyDictionary[type[BaseModel], frozenset[str]] = WeakKeyDictionary()


class AnyEvent(RootModel[Event]):
    """For wake-ups: AWS's events, of which only the subject counts."""


def entry[Request: BaseModel, Settings: Environment](
    request_type: type[Request], settings_type: type[Settings]
) -> Callable[[Callable[[Request, Settings], BaseModel]], Handler]:
    """Makes a Lambda handler of a function from one model to another. Settings are read at the first call."""
    settings = cache(settings_type.read)

    def decorate(step: Callable[[Request, Settings], BaseModel]) -> Handler:
        @wraps(step)
        def handler(event: Event, context: Any) -> Any:
            log = _logger(getattr(context, "function_name", "local"))
            request = _parsed(request_type, event)
            about = {"request_id": getattr(context, "aws_request_id", ""), **log_keys(request)}
            try:
                answer = step(request, settings())
            except Exception as error:
                log.warning("failed", extra={**about, "error": type(error).__name__, "reason": str(error)})
                raise
            finally:
                _end_of_start()
            log.info("done", extra={**about, **log_keys(answer)})
            return answer.model_dump(mode="json")

        return handler

    return decorate


@cache
def _end_of_start() -> None:
    gc.freeze()
    if _COLLECTED_BEFORE:
        gc.enable()


def log_keys(model: BaseModel) -> dict[str, str]:
    """Who it is about, what was decided or done, and why: as far as the model says so."""
    names = _names(type(model))
    keys = {key: value for key in LOG_KEYS if key in names and isinstance(value := getattr(model, key, None), str)}
    decision = getattr(model, "decision", None) if "decision" in names else None
    if not isinstance(decision, BaseModel):
        return keys
    return keys | {f"decision_{key}": value for key, value in log_keys(decision).items()}


def _names(model_type: type[BaseModel]) -> frozenset[str]:
    """What its models have. Looking for what they lack takes longer than all the rest of a line of the log."""
    found = _NAMES.get(model_type)
    if found is None:
        found = _NAMES[model_type] = frozenset(model_type.model_fields).union(dir(model_type))
    return found


def _parsed[Request: BaseModel](request_type: type[Request], event: Event) -> Request:
    try:
        return request_type.model_validate(event)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise RefusedError(f"the input can't be read: {'; '.join(faults)}") from error


@cache
def _logger(name: str) -> Logger:
    from aws_lambda_powertools import Logger

    return Logger(service=name, log_uncaught_exceptions=False)
