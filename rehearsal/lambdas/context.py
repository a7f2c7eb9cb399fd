"""The context object that a handler gets, on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehearsal.cloud import current


@dataclass
class LambdaContext:
    """The attributes and the method that AWS documents for Python (Lambda developer guide, python-context)."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline_us: int
    identity: Any = None
    client_context: Any = None
    tenant_id: Any = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, (self.deadline_us - current().kernel.now_us) // 1000)
