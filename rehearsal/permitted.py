"""Who makes a call, and whether his role may. People and AWS's own services aren't asked."""

from __future__ import annotations

from typing import Any

from rehearsal import call_counts
from rehearsal.cloud import current
from rehearsal.lambdas.frames import running_frame
from rehearsal.patches.boto_clients import role_of


def insist(client: Any, operation: str, parameters: Any) -> None:
    """ClientError as AWS raises it, if the call comes from a function or a state machine whose role may not make it."""
    role_arn = _role(client)
    if role_arn and current().settings.enforce_permissions:
        current().guard.insist(role_arn, client.meta.service_model.service_name, operation, parameters)


def _role(client: Any) -> str:
    if call_counts.is_by_aws():
        return ""
    frame = running_frame()
    return role_of(client) or (frame.role_arn if frame is not None else "")
