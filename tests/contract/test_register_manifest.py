"""A manifest comes, changes and goes: what the bucket holds counts, whatever the events say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.steps.register_manifest import Place, register_manifest

BUCKET = "berth-manifests-111122223333-us-east-1"
KEY = "deployments/llama-eval.yaml"
PLACE = Place(manifest_bucket=BUCKET, event_bus="berth", reconcile_arn="arn:machine")
TABLE = "berth-ledger"
PRICES = "ml.p5.48xlarge=55.04"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VALID = """
version: 1
name: llama-eval
reservation: {plans: [p5-for-eval], instance_type: ml.p5.48xlarge, instance_count: 1}
model: my-model
"""


class Told:
    """Stands for the bus and for Step Functions: remembers what was put and started."""

    def __init__(self) -> None:
        self.news: list[str] = []
        self.details: list[dict[str, Any]] = []
        self.started: list[str] = []
        self.broken = False

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        if self.broken:
            raise RuntimeError("crash")
        self.news += [entry["DetailType"] for entry in Entries]
        self.details += [json.loads(entry["Detail"]) for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": []}

    def start_execution(self, **arguments: str) -> None:
        self.started.append(arguments["input"])


@pytest.fixture
def told(moto_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Told:
    s3 = clients.shared("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    told = Told()
    stand_ins: dict[str, Any] = {"events": told, "stepfunctions": told}
    real = clients.shared
    monkeypatch.setattr(clients, "shared", lambda service: stand_ins.get(service) or real(service))
    return told


def write(text: str) -> None:
    clients.shared("s3").put_object(Bucket=BUCKET, Key=KEY, Body=text.encode())


def delete() -> None:
    clients.shared("s3").delete_object(Bucket=BUCKET, Key=KEY)


def event(key: str = KEY, bucket: str = BUCKET) -> dict[str, Any]:
    return {"id": "event-1", "source": "aws.s3", "detail": {"bucket": {"name": bucket}, "object": {"key": key}}}


def came(ledger: Ledger, minutes: int = 0, key: str = KEY, bucket: str = BUCKET) -> str:
    now = NOW + timedelta(minutes=minutes)
    return register_manifest(event(key, bucket), PLACE, TABLE, PRICES, now).kind


def test_a_valid_manifest_is_registered_announced_and_reconciled(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    assert came(moto_ledger) == "registered"
    registration = moto_ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.manifest.model == "my-model"
    assert told.news == ["Deployment Registered"]
    assert told.details[0]["version"] == registration.version
    assert told.started == ['{"deployment": "llama-eval"}']


def test_a_doubled_event_registers_and_tells_once(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    assert [came(moto_ledger), came(moto_ledger, minutes=1)] == ["registered", "ignored"]
    assert told.news == ["Deployment Registered"]


def test_an_invalid_manifest_is_rejected_and_the_last_valid_one_stays(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    came(moto_ledger)
    write(VALID.replace("model:", "modle:"))
    assert [came(moto_ledger, minutes=1), came(moto_ledger, minutes=2)] == ["rejected", "ignored"]
    assert told.news == ["Deployment Registered", "Deployment Rejected"]
    assert any("modle" in problem for problem in told.details[1]["problems"])
    assert "stays in force" in told.details[1]["reason"]
    registration = moto_ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.manifest.model == "my-model"


def test_an_object_that_is_no_text_at_all_is_rejected_once_and_kept_in_part(told: Told, moto_ledger: Ledger) -> None:
    clients.shared("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"\xff" * 262_144)
    assert [came(moto_ledger), came(moto_ledger, minutes=1)] == ["rejected", "ignored"]
    assert told.news == ["Deployment Rejected"]


def test_a_deleted_manifest_ends_the_management_with_one_more_look(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    came(moto_ledger)
    delete()
    assert [came(moto_ledger, minutes=1), came(moto_ledger, minutes=2)] == ["removed", "ignored"]
    registration = moto_ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.removed_at == NOW + timedelta(minutes=1)
    assert len(told.started) > 1


def test_a_late_event_of_an_older_version_changes_nothing(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    write(VALID.replace("my-model", "my-model-v2"))
    assert [came(moto_ledger), came(moto_ledger, minutes=1)] == ["registered", "ignored"]
    registration = moto_ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.manifest.model == "my-model-v2"


def test_a_deletion_told_after_a_new_version_removes_nothing(told: Told, moto_ledger: Ledger) -> None:
    write(VALID)
    came(moto_ledger)
    delete()
    write(VALID.replace("my-model", "my-model-v2"))
    assert came(moto_ledger, minutes=1) == "registered"
    registration = moto_ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.removed_at is None


@pytest.mark.parametrize(
    ("key", "bucket"),
    [("notes/llama-eval.yaml", BUCKET), ("deployments/", BUCKET), (KEY, "another")],
)
def test_what_is_no_manifest_is_ignored(told: Told, moto_ledger: Ledger, key: str, bucket: str) -> None:
    write(VALID)
    assert came(moto_ledger, key=key, bucket=bucket) == "ignored"
    assert moto_ledger.registrations.all() == ()


def test_a_deletion_of_what_was_never_valid_wakes_nobody(told: Told, moto_ledger: Ledger) -> None:
    assert came(moto_ledger) == "ignored"
    assert told.started == []


@pytest.mark.parametrize("text", [VALID, "version: 1"])
def test_a_crash_before_the_news_is_made_up_for_by_the_retry(told: Told, moto_ledger: Ledger, text: str) -> None:
    write(text)
    told.broken = True
    with pytest.raises(RuntimeError, match="crash"):
        came(moto_ledger)
    told.broken = False
    came(moto_ledger, minutes=1)
    assert len(told.news) == 1
