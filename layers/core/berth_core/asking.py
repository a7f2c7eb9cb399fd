"""The words in which somebody is asked for a yes, with the very command that gives it."""

from typing import Any

from berth_core.errors import RefusedError
from berth_core.purchases import Purchase
from berth_core.shell_lines import task_success


def asking(purchase: Purchase, token: str, *, reminder: bool) -> dict[str, Any]:
    """The arguments of the announcement `Approval Requested`, but for its time."""
    approval = purchase.approval
    if approval is None:
        raise RefusedError(f"{purchase.order.key} needs no approval")
    command = command_for("approve", approval.offering_id, str(approval.price_usd), token)
    reason = (
        f"{'reminder: ' if reminder else ''}{what(purchase)}: {approval.seen}. No answer until "
        f"{approval.expires_at:%Y-%m-%d %H:%M} UTC means no. To say yes: {command} (to say no: reject for approve)"
    )
    return {
        "deployment": purchase.order.deployment,
        "reason": reason,
        "plan": purchase.order.plan,
        "offering_id": approval.offering_id,
        "price_usd": approval.price_usd,
        "expires_at": approval.expires_at,
        "request_id": purchase.request_id,
        "who_may": approval.who_may,
        "command": command,
        "task_token": token,
    }


def command_for(decision: str, offering_id: str, price_usd: str, token: str) -> str:
    """A line for a shell. It signs with the name of whoever runs it."""
    return task_success(token, {"decision": decision, "offering_id": offering_id, "price_usd": price_usd})


def what(purchase: Purchase) -> str:
    """What somebody is asked to agree to."""
    order = purchase.order
    return f"extend plan {order.plan}" if order.kind == "extension" else f"buy plan {order.plan}"
