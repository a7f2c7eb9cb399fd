"""Turns moto into the rehearsal's AWS: once per process the patches, for every cloud an empty account."""

from __future__ import annotations

import importlib
import logging
import random
from types import ModuleType

from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_api._internal import mock_random

from rehearsal.settings import Settings

# The order counts: ids and clients before who draws ids or makes calls, `waits` after all modules of the interpreter.
SUBJECTS = (
    "ids",
    "boto_clients",
    "call_costs",
    "unsigned_calls",
    "jsonata",
    "result_types",
    "json_path",
    "asl_programs",
    "definitions",
    "size_limits",
    "redrives",
    "assignments",
    "choices",
    "state_copies",
    "interpreter_costs",
    "context_times",
    "executions",
    "execution_answers",
    "task_tokens",
    "sync_tasks",
    "timeouts",
    "integration_shapes",
    "error_names",
    "distributed_maps",
    "waits",
    "lambda_invoke",
    "api_faults",
    "direct_calls",
    "machine_invokes",
    "sqs_receive",
    "event_patterns",
    "event_rules",
    "scheduler",
    "sns_delivery",
    "sns_functions",
    "dynamodb_answers",
    "table_costs",
    "plain_updates",
    "json_answers",
    "s3_events",
    "s3_policies",
    "cfn_types",
    "cfn_state_machine",
    "sagemaker_api",
    "sagemaker_runtime",
    "alarms",
    "queue_levels",
    "auto_scaling",
    "codepipeline_api",
)
_MOTO_CONFIG = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": True}}
_applied: list[ModuleType] = []


def apply() -> None:
    """Start moto and patch it. The second call in a process does nothing."""
    if _applied:
        return
    mock_aws(config=_MOTO_CONFIG).start()
    # The interpreter logs every failing state with the whole machine's representation, several kB each.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    modules = [importlib.import_module(f"rehearsal.patches.{subject}") for subject in SUBJECTS]
    for module in modules:
        module.apply()
    _applied.extend(modules)


def reset(settings: Settings) -> None:
    """An empty account: no resource of the cloud before is left, and ids begin anew from `settings.seed`."""
    BackendDict.reset()
    reset_model_data()
    mock_random.seed(settings.seed)
    # Retry jitter of the interpreter and of botocore comes from the process's generator.
    random.seed(settings.seed)
    for module in _applied:
        forget = getattr(module, "reset", None)
        if forget is not None:
            forget()
