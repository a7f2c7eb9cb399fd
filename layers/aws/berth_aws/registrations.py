"""The deployments under management: each with its manifest in force, and when it wants to be looked at again."""

from datetime import datetime

from berth_aws.attributes import Item
from berth_aws.partitions import WATCHED
from berth_aws.table import Table, iso
from berth_core.decide.watch import DeploymentBrief
from berth_core.facts import Override, Registration
from berth_core.manifest import Manifest
from berth_core.model import Frozen, Time

DEPLOYMENT = "deployment#"
FIELDS = tuple(Registration.model_fields)


class LastHold(Frozen):
    """`by` is the run that recorded it."""

    code: str
    reason: str
    by: str


class Noted(Frozen):
    """What is remembered of a run. A field that isn't given stays as it is in the ledger."""

    due_at: Time | None = None
    endpoint_seen: str | None = None
    placed_on: str | None = None
    last_hold: LastHold | None = None


class Registrations:
    """A look at the bucket carries its time, and the later look wins: events come doubled, late and out of order."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def register(self, manifest: Manifest, version: str, looked_at: datetime, object_mark: str = "") -> bool:
        """Puts a version in force. False, and nothing done, if it is in force already, or after a later look.

        A new version starts afresh: what was asked by hand, and when to look again, belonged to the one before. By
        `object_mark` the watch sees in a listing that this object is in force.
        """
        registration = Registration(name=manifest.name, manifest=manifest, version=version, registered_at=looked_at)
        row = {**_dump(registration), "looked_at": iso(looked_at), "object_mark": object_mark}
        return self._table.put(
            WATCHED,
            _sk(manifest.name),
            row,
            "attribute_not_exists(#pk)"
            " OR (#looked_at <= :looked_at AND (#version <> :version OR attribute_exists(#removed_at)))",
            version=version,
            looked_at=iso(looked_at),
        ).done

    def remove(self, name: str, looked_at: datetime) -> bool:
        """Marks a deployment as removed. False if it was already, was never there, or was put back by a later look."""
        return self._table.update(
            WATCHED,
            _sk(name),
            "SET #removed_at = :looked_at, #looked_at = :looked_at, #reconciled = :no",
            "attribute_exists(#pk) AND attribute_not_exists(#removed_at) AND #looked_at <= :looked_at",
            looked_at=iso(looked_at),
            no=False,
        ).done

    def get(self, name: str) -> Registration | None:
        """The deployment, also after its removal; None if no manifest of this name was ever valid."""
        row = self._table.get(WATCHED, _sk(name))
        return _registration(row) if row else None

    def all(self) -> tuple[Registration, ...]:
        """Every deployment, by name."""
        return tuple(
            _registration(row) for row in self._table.query(WATCHED, "begins_with(#sk, :prefix)", prefix=DEPLOYMENT)
        )

    def override(self, name: str, override: Override) -> None:
        """What a person asked by hand, laid over the manifest's current version. Nothing if it isn't registered."""
        self._table.update(WATCHED, _sk(name), "SET #override = :override", override=override.model_dump(mode="json"))

    def last_hold(self, name: str) -> LastHold | None:
        """The hold or refusal that was recorded last; None if a change came after it."""
        row = self._table.get(WATCHED, _sk(name))
        held = row.get("last_hold") if row else None
        return LastHold.model_validate(held) if held else None

    def reconciled(self, name: str, noted: Noted) -> None:
        """Notes what the last run saw and when it asked to be back. Nothing if the deployment isn't registered."""
        row = {key: value for key, value in noted.model_dump(mode="json").items() if key in noted.model_fields_set}
        change = ", ".join(f"#{key} = :{key}" for key in ("reconciled", *row))
        self._table.update(WATCHED, _sk(name), f"SET {change}", reconciled=True, **row)

    def forget(self, name: str) -> bool:
        """Deletes a removed deployment from the list; its history stays. False if it isn't there or isn't removed."""
        return self._table.delete(WATCHED, _sk(name), "attribute_exists(#removed_at)").done


def _sk(name: str) -> str:
    return f"{DEPLOYMENT}{name}"


def _dump(registration: Registration) -> Item:
    # What is absent is left out, so that conditions can ask whether it exists.
    return {key: value for key, value in registration.model_dump(mode="json").items() if value is not None}


def _registration(row: Item) -> Registration:
    return Registration.model_validate({key: row[key] for key in FIELDS if key in row})


def brief(row: Item) -> DeploymentBrief:
    """What the watch needs of a deployment."""
    return DeploymentBrief(
        name=row["name"],
        plans=tuple(row["manifest"]["reservation"]["plans"]),
        finish_before_minutes=row["manifest"]["end_of_window"]["finish_before_minutes"],
        ladder=tuple(row["manifest"]["end_of_window"]["ladder"]),
        between_blocks=row["manifest"]["end_of_window"]["between_blocks"],
        due_at=row.get("due_at"),
        endpoint_seen=row.get("endpoint_seen"),
        placed_on=row.get("placed_on"),
        reconciled=row.get("reconciled", False),
        object_mark=row.get("object_mark"),
        keeps_staging=(row["manifest"].get("staging") or {}).get("keep", False),
        removed="removed_at" in row,
    )
