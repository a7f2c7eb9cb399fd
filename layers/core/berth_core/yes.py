"""What every request for a yes has, whatever it is a yes to."""

from pydantic import Field

from berth_core.model import Frozen, Time


class YesAsked(Frozen):
    """Who was shown what, until when, and when it was answered. `token` is the waiting task's."""

    asked_at: Time
    expires_at: Time
    who_may: str
    seen: str = Field(description="what is to be agreed to, in the words that were shown")
    token: str = ""
    unreadable: str = Field(default="", description="what was answered instead, cut short")
    answered_at: Time | None = None
