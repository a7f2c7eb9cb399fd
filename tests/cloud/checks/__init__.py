"""All checks, in the order of their modules."""

from tests.cloud.checking import ALL, Check
from tests.cloud.checks import events, machines, permissions, sagemaker, schedules, stack

__all__ = ["CHECKS", "events", "machines", "permissions", "sagemaker", "schedules", "stack"]

CHECKS: tuple[Check, ...] = tuple(ALL)
