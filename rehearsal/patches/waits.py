"""Waiting in the interpreter: exact, on the virtual clock, and over at once when the execution stops or times out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import MaxAttemptsOutcome
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_outcome import RetrierOutcome
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from rehearsal.cloud import current
from rehearsal.patching import PatchTargetChanged, replace
from rehearsal.virtual_threads import virtualise

_SWAPPED_NAMES = 15
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def apply() -> None:
    import moto.stepfunctions.responses  # noqa: F401  the last module of the interpreter to come in

    swapped = virtualise("moto.stepfunctions")
    if swapped < _SWAPPED_NAMES:
        raise PatchTargetChanged(f"moto: {swapped} names of threads and clocks, where {_SWAPPED_NAMES} were read")
    replace(WaitFunction, "_wait_interval", _wait_interval, expected="2baecc23124b")
    replace(Timestamp, "_from_timestamp_string", staticmethod(_moment), expected="bfd0d4a99516")
    replace(Timestamp, "_get_wait_seconds", _seconds_until, expected="a412921a3b8d")
    replace(RetrierDecl, "_eval_body", _eval_retrier, expected="6a1a0c8aad10")
    # moto draws the jitter of retries from the process's generator; the seed decides over this one.
    jitter_strategy_decl.random = mock_random


def wait_while_running(env: Any, seconds: float) -> None:
    """Until the time is over or `env` no longer runs."""
    kernel = current().kernel
    end_us = kernel.now_us + round(seconds * 1e6)
    while env.is_running() and kernel.now_us < end_us:
        env.program_state_event.wait((end_us - kernel.now_us) / 1e6)


def _wait_interval(self: Any, env: Any, wait_seconds: float) -> None:
    wait_while_running(env, wait_seconds)


def _moment(timestamp: Any) -> datetime | None:
    """Offsets are allowed, fractions of a second count. moto takes Z alone and reads it as local time."""
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError:
        return None


def _seconds_until(self: Any, env: Any) -> float:
    self.string.eval(env=env)
    timestamp = env.stack.pop()
    moment = _moment(timestamp)
    if moment is None:
        raise FailureEventException(self._create_failure_event(env, timestamp))
    return (moment - datetime.now(UTC)).total_seconds()


def _eval_retrier(self: Any, env: Any) -> None:
    """As in moto, but a stop of the execution ends the pause."""
    self.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    self.max_attempts.eval(env=env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    for part in (self.interval_seconds, self.backoff_rate, self.max_delay_seconds, self.jitter_strategy):
        part.eval(env=env)
    wait_while_running(env, env.stack.pop())
    env.stack.append(RetrierOutcome.Executed)
