"""The ids under which a search shows offerings: lasting ones, or, if so set, new ones that run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rehearsal.sagemaker.offerings import Offering, digest

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


class FoundOfferings:
    """With Settings.offering_lifetime_minutes each search makes ids of its own; without it an offering keeps its id."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._until: dict[str, tuple[str, datetime]] = {}

    def shown(self, offering: Offering) -> Offering:
        """The offering as this search shows it."""
        lifetime_minutes = self._twin.cloud.settings.offering_lifetime_minutes
        if lifetime_minutes is None:
            return offering
        prefix = offering.offering_id.partition("-")[0]
        shown_id = f"{prefix}-{digest(offering.offering_id, self._twin.now.isoformat())}"
        self._until[shown_id] = (offering.offering_id, self._twin.now + timedelta(minutes=lifetime_minutes))
        return replace(offering, offering_id=shown_id)

    def bought_as(self, offering_id: str) -> str:
        """The lasting id behind a shown one; the same id if it was never shown, or has run out."""
        lasting, until = self._until.get(offering_id, (offering_id, self._twin.now))
        return lasting if self._twin.now <= until else offering_id
