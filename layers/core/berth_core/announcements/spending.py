"""News of money. Amounts are text, in USD: a JSON number would be read as a float."""

from datetime import datetime
from decimal import Decimal

from berth_core.announcements.announcement import Announcement, announcement


def approval_requested(
    *,
    deployment: str | None,
    at: datetime,
    reason: str,
    plan: str,
    offering_id: str,
    price_usd: Decimal,
    expires_at: datetime,
    request_id: str,
    who_may: str,
    command: str,
    task_token: str,
) -> Announcement:
    """Somebody has to say yes to exactly this offer at this price, before `expires_at`. No answer means no.

    `command` gives the yes as it stands; `reason` has it too, since a mail is all that some people get.
    """
    return announcement(
        "Approval Requested",
        deployment=deployment,
        at=at,
        reason=reason,
        plan=plan,
        offering_id=offering_id,
        price_usd=price_usd,
        expires_at=expires_at,
        request_id=request_id,
        who_may=who_may,
        command=command,
        task_token=task_token,
    )


def plan_purchased(
    *,
    deployment: str | None,
    at: datetime,
    reason: str,
    plan: str,
    plan_arn: str,
    offering_id: str,
    price_usd: Decimal,
) -> Announcement:
    """A training plan was bought; `deployment` is null for one that was bought by hand."""
    return announcement(
        "Plan Purchased",
        deployment=deployment,
        at=at,
        reason=reason,
        plan=plan,
        plan_arn=plan_arn,
        offering_id=offering_id,
        price_usd=price_usd,
    )


def plan_extended(
    *,
    deployment: str | None,
    at: datetime,
    reason: str,
    plan: str,
    offering_id: str,
    price_usd: Decimal,
    ends_at: datetime | None,
) -> Announcement:
    """A training plan was extended, and ends at `ends_at` once AWS has moved its end."""
    return announcement(
        "Plan Extended",
        deployment=deployment,
        at=at,
        reason=reason,
        plan=plan,
        offering_id=offering_id,
        price_usd=price_usd,
        ends_at=ends_at,
    )


def purchase_refused(
    *,
    deployment: str | None,
    at: datetime,
    reason: str,
    code: str,
    max_price_usd: Decimal,
    plan: str | None = None,
    offering_id: str | None = None,
    price_usd: Decimal | None = None,
) -> Announcement:
    """Nothing was bought: too dear, no offer, no yes. Without an offer, `offering_id` and `price_usd` are absent."""
    return announcement(
        "Purchase Refused",
        deployment=deployment,
        at=at,
        reason=reason,
        code=code,
        max_price_usd=max_price_usd,
        plan=plan,
        offering_id=offering_id,
        price_usd=price_usd,
    )


def budget_reached(
    *,
    deployment: str,
    at: datetime,
    reason: str,
    percent: int,
    spent_usd: Decimal,
    max_usd: Decimal,
    hours: Decimal,
    max_hours: int,
) -> Announcement:
    """All stays on on-demand together have used `percent` (80 or 100) of the deployment's USD or of its hours."""
    return announcement(
        "Budget Reached",
        deployment=deployment,
        at=at,
        reason=reason,
        endpoint=deployment,
        percent=percent,
        spent_usd=spent_usd,
        max_usd=max_usd,
        hours=hours,
        max_hours=max_hours,
    )
