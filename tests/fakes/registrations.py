"""Registered deployments in memory."""

from datetime import datetime

from berth_aws.registrations import LastHold, Noted, Registrations
from berth_core.decide.watch import DeploymentBrief
from berth_core.facts import Override, Registration
from berth_core.manifest import Manifest


class FakeRegistrations(Registrations):
    def __init__(self) -> None:
        self._rows: dict[str, Registration] = {}
        self._looked_at: dict[str, datetime] = {}
        self._noted: dict[str, Noted] = {}
        self._reconciled: set[str] = set()
        self._marks: dict[str, str] = {}

    def register(self, manifest: Manifest, version: str, looked_at: datetime, object_mark: str = "") -> bool:
        before = self._rows.get(manifest.name)
        if before is not None:
            same = before.version == version and before.removed_at is None
            if same or self._looked_at[manifest.name] > looked_at:
                return False
        self._rows[manifest.name] = Registration(
            name=manifest.name, manifest=manifest, version=version, registered_at=looked_at
        )
        self._looked_at[manifest.name] = looked_at
        self._marks[manifest.name] = object_mark
        self._noted.pop(manifest.name, None)
        self._reconciled.discard(manifest.name)
        return True

    def remove(self, name: str, looked_at: datetime) -> bool:
        row = self._rows.get(name)
        if row is None or row.removed_at is not None or self._looked_at[name] > looked_at:
            return False
        self._rows[name] = row.model_copy(update={"removed_at": looked_at})
        self._looked_at[name] = looked_at
        self._reconciled.discard(name)
        return True

    def get(self, name: str) -> Registration | None:
        return self._rows.get(name)

    def all(self) -> tuple[Registration, ...]:
        return tuple(row for _, row in sorted(self._rows.items()))

    def briefs(self) -> tuple[DeploymentBrief, ...]:
        return tuple(self._brief(row) for row in self.all())

    def override(self, name: str, override: Override) -> None:
        if name in self._rows:
            self._rows[name] = self._rows[name].model_copy(update={"override": override})

    def last_hold(self, name: str) -> LastHold | None:
        return self._noted[name].last_hold if name in self._noted else None

    def reconciled(self, name: str, noted: Noted) -> None:
        if name not in self._rows:
            return
        given = {key: getattr(noted, key) for key in noted.model_fields_set}
        self._noted[name] = self._noted.get(name, Noted()).model_copy(update=given)
        self._reconciled.add(name)

    def forget(self, name: str) -> bool:
        row = self._rows.get(name)
        if row is None or row.removed_at is None:
            return False
        del self._rows[name]
        return True

    def _brief(self, row: Registration) -> DeploymentBrief:
        noted = self._noted.get(row.name, Noted())
        return DeploymentBrief(
            name=row.name,
            plans=row.manifest.reservation.plans,
            finish_before_minutes=row.manifest.end_of_window.finish_before_minutes,
            ladder=row.manifest.end_of_window.ladder,
            between_blocks=row.manifest.end_of_window.between_blocks,
            due_at=noted.due_at,
            endpoint_seen=noted.endpoint_seen,
            placed_on=noted.placed_on,
            reconciled=row.name in self._reconciled,
            object_mark=self._marks[row.name],
            keeps_staging=row.manifest.staging is not None and row.manifest.staging.keep,
            removed=row.removed_at is not None,
        )
