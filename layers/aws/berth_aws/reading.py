"""One object of the manifest bucket: read, checked, put in force or refused, told, and its deployment woken."""

from datetime import datetime

from berth_aws import clients
from berth_aws.bus import announce
from berth_aws.executions import start_reconcile
from berth_aws.ledger import Ledger
from berth_aws.manifests import ManifestObject, read_manifest
from berth_aws.steps.register_manifest import Kind, Place, Registered
from berth_core.announcements import Announcement, deployment_registered, deployment_rejected
from berth_core.announcements.registering import MOST_PROBLEMS
from berth_core.manifest import Manifest
from berth_core.manifest_keys import deployment_of, way_out
from berth_core.parsing import Rejection, parse_manifest

MOST_KEPT = 64 * 1024
"""Characters of a manifest's text that are kept: a row ends at 400 KB, and the bucket has every version whole."""


def read_and_register(
    key: str, cause: str, place: Place, ledger: Ledger, priced_types: frozenset[str], now: datetime
) -> Registered:
    """Each version is announced once, or again after a crash before it was noted.

    Of two looks that overlap, the later one may have read the older version. The watch then finds that what is in force
    isn't what the bucket lists, and has it read once more.
    """
    found = read_manifest(clients.shared("s3"), place.manifest_bucket, key)
    name = deployment_of(key)
    if name is None:
        return _misplaced(found, key, place, ledger, now)
    if found is None:
        changed = ledger.registrations.remove(name, now)
        kind: Kind = "removed" if changed else "ignored"
    else:
        parsed = parse_manifest(found.text, object_name=name, priced_types=priced_types)
        if isinstance(parsed, Rejection):
            return Registered(kind=_reject(found, parsed, place, ledger, now), deployment=name)
        kind = _register(found, parsed, place, ledger, now)
    # Also if nothing was new: a crash may have come between the ledger and this.
    if ledger.registrations.get(name) is not None:
        start_reconcile(clients.shared("stepfunctions"), place.reconcile_arn, name, cause)
    return Registered(kind=kind, deployment=name)


def _misplaced(found: ManifestObject | None, key: str, place: Place, ledger: Ledger, now: datetime) -> Registered:
    """An object beside the manifests is told once: whoever put it waits for a deployment that would never come."""
    if found is None or ledger.refusals.mark_of(key) == found.mark:
        return Registered(kind="ignored")
    news = deployment_rejected(
        deployment=key, at=now, reason=f"it is not read: {way_out(key)}", version=found.version, problems=()
    )
    announce(clients.shared("events"), [news.as_entry(place.event_bus)])
    ledger.refusals.keep(key, found.mark)
    return Registered(kind="rejected", deployment=key)


def _register(found: ManifestObject, manifest: Manifest, place: Place, ledger: Ledger, now: datetime) -> Kind:
    changed = ledger.registrations.register(manifest, found.version, now, found.mark)
    if changed or not ledger.history.has_version(manifest.name, found.version, found.written_at):
        news = deployment_registered(
            deployment=manifest.name,
            at=now,
            reason=f"version {found.version} of the manifest is valid, and in force from now on",
            version=found.version,
        )
        _tell(news, found, manifest.name, (), place, ledger)
    return "registered" if changed else "ignored"


def _reject(found: ManifestObject, rejection: Rejection, place: Place, ledger: Ledger, now: datetime) -> Kind:
    name = rejection.object_name
    if ledger.history.has_version(name, found.version, found.written_at):
        ledger.refusals.keep(found.key, found.mark)
        return "ignored"
    problems = tuple(problem.as_text() for problem in rejection.problems)
    in_force = ledger.registrations.get(name)
    still = f"version {in_force.version} stays in force" if in_force else "there is no earlier one to stay in force"
    news = deployment_rejected(
        deployment=name,
        at=now,
        reason=f"the manifest is invalid ({len(problems)} in all), first at {problems[0]}; {still}",
        version=found.version,
        problems=problems,
    )
    _tell(news, found, name, problems, place, ledger)
    ledger.refusals.keep(found.key, found.mark)
    return "rejected"


def _tell(
    news: Announcement, found: ManifestObject, name: str, problems: tuple[str, ...], place: Place, ledger: Ledger
) -> None:
    """Announced first and noted second: a crash in between tells twice, never not at all."""
    announce(clients.shared("events"), [news.as_entry(place.event_bus)])
    content = {"text": found.text[:MOST_KEPT], "problems": problems[:MOST_PROBLEMS], "told": news.detail_type}
    ledger.history.keep_version(name, found.version, found.written_at, content)
