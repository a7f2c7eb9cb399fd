"""Warm execution environments, one per function, and their logs in CloudWatch Logs."""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

from moto.core.utils import unix_time_millis

from rehearsal.cloud import current
from rehearsal.lambdas.code import code_of
from rehearsal.lambdas.registry import Environment, LogLine
from rehearsal.lambdas.sandbox import Sandbox

# X-Ray has no daemon here, and Powertools would look for one.
_REHEARSED = {"POWERTOOLS_TRACE_DISABLED": "1", "AWS_XRAY_SDK_ENABLED": "false", "TZ": ":UTC", "LANG": "en_US.UTF-8"}
# moto, which answers the handler's calls in this process, looks for its account in the environment at each of them.
_PASSED_ON = ("PATH", "HOME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "MOTO_ACCOUNT_ID")


def environment_of(function: Any) -> Environment:
    """The function's warm environment, or a new one if there is none or its code or configuration has changed."""
    environments = current().lambdas.environments
    settings = _settings(function)
    known = environments.get(function.function_name)
    if known is not None and known.settings == settings:
        return known
    code_dir, layer_dirs = code_of(function)
    variables = {**_variables(function), "LAMBDA_TASK_ROOT": str(code_dir)}
    starts_cold = current().lambdas.starts_cold(function.function_name)
    sandbox = Sandbox(code_dir, layer_dirs, variables, starts_cold=starts_cold)
    made = Environment(settings, sandbox, log_stream=f"{current().now:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}")
    environments[function.function_name] = made
    return made


def _settings(function: Any) -> tuple[Any, ...]:
    variables = tuple((function.environment_vars or {}).items())
    return (function.handler, function.code_digest, function.memory_size, variables, function.layers)


def _variables(function: Any) -> dict[str, str]:
    own = {
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "_HANDLER": function.handler,
    }
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    given = {name: str(value) for name, value in (function.environment_vars or {}).items()}
    return {**passed_on, **_REHEARSED, **own, **given}


@lru_cache(maxsize=4)
def _milliseconds(moment: datetime) -> float:
    return float(unix_time_millis(moment.replace(tzinfo=None)))


def log_text(function: Any, request_id: str, output: str) -> str:
    """Keep what one invocation wrote, between the lines that Lambda adds in its text format; returns the whole."""
    lambdas = current().lambdas
    text = f"START RequestId: {request_id} Version: $LATEST\n{output}END RequestId: {request_id}\n"
    lambdas.logs.append(LogLine(function.function_name, request_id, text))
    environment = lambdas.environments.get(function.function_name)
    if environment is None or not environment.log_stream:
        return text
    logs = function.logs_backend
    logs.ensure_log_group(function.logs_group_name)
    if environment.log_stream not in logs.groups[function.logs_group_name].streams:
        logs.create_log_stream(function.logs_group_name, environment.log_stream)
    now = _milliseconds(current().now)
    lines = [{"timestamp": now, "message": line} for line in text.splitlines()]
    logs.put_log_events(function.logs_group_name, environment.log_stream, lines)
    return text
