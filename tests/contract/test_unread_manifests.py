"""The bucket's listing makes up for S3 events that never came, against moto's S3 and the real reader."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_aws import clients, unread_manifests
from berth_aws.ledger import Ledger
from berth_aws.steps.register_manifest import Place, register_manifest
from berth_aws.unread_manifests import Bucket, hand_on_unread

BUCKET = "berth-manifests-111122223333-us-east-1"
KEY = "deployments/llama-eval.yaml"
TABLE = "berth-ledger"
PRICES = "ml.p5.48xlarge=55.04"
PLACE = Place(manifest_bucket=BUCKET, event_bus="berth", reconcile_arn="arn:machine")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VALID = """
version: 1
name: llama-eval
reservation: {plans: [p5-for-eval], instance_type: ml.p5.48xlarge, instance_count: 1}
model: my-model
"""


class World:
    """Stands for the bus, Step Functions and Lambda; the reader that is invoked is the real one."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.news: list[dict[str, Any]] = []
        self.read: list[str] = []
        self.reads = True
        self.now = NOW

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.news += [{"type": entry["DetailType"], **json.loads(entry["Detail"])} for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": []}

    def start_execution(self, **arguments: str) -> None:
        pass

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> None:
        assert (FunctionName, InvocationType) == ("arn:reader", "Event")
        event = json.loads(Payload)
        self.read.append(event["detail"]["object"]["key"])
        if self.reads:
            register_manifest(event, PLACE, TABLE, PRICES, self.now)

    def watch(self) -> tuple[str, ...]:
        self.now += timedelta(minutes=5)
        return hand_on_unread(
            Bucket(name=BUCKET, reader_arn="arn:reader"), self.ledger.overview(), self.ledger, self.now
        )

    def told(self) -> list[str]:
        return [each["type"] for each in self.news]


@pytest.fixture
def world(moto_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> World:
    s3 = clients.shared("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    world = World(moto_ledger)
    real = clients.shared
    stand_ins: dict[str, Any] = dict.fromkeys(("events", "stepfunctions", "lambda"), world)
    monkeypatch.setattr(clients, "shared", lambda service: stand_ins.get(service) or real(service))
    return world


def write(text: str = VALID, key: str = KEY) -> None:
    clients.shared("s3").put_object(Bucket=BUCKET, Key=key, Body=text.encode())


def delete(key: str = KEY) -> None:
    clients.shared("s3").delete_object(Bucket=BUCKET, Key=key)


def late_event(world: World, key: str = KEY) -> str:
    event = {"id": "late", "detail": {"bucket": {"name": BUCKET}, "object": {"key": key}}}
    return register_manifest(event, PLACE, TABLE, PRICES, world.now).kind


def test_an_empty_bucket_costs_one_look(world: World) -> None:
    assert world.watch() == ()


def test_a_manifest_whose_event_was_lost_is_registered_once(world: World) -> None:
    write()
    assert [world.watch(), world.watch()] == [(KEY,), ()]
    assert world.told() == ["Deployment Registered"]


def test_the_event_that_comes_late_registers_and_tells_nothing_more(world: World) -> None:
    write()
    world.watch()
    assert late_event(world) == "ignored"
    assert world.watch() == ()
    assert world.told() == ["Deployment Registered"]


def test_a_new_version_whose_event_was_lost_comes_into_force(world: World) -> None:
    write()
    world.watch()
    write(VALID.replace("my-model", "my-model-v2"))
    assert [world.watch(), world.watch()] == [(KEY,), ()]
    registration = world.ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.manifest.model == "my-model-v2"


def test_an_older_version_that_was_put_in_force_by_a_slow_reader_gives_way(world: World) -> None:
    write(VALID.replace("my-model", "my-model-v2"))
    world.watch()
    newest = world.ledger.registrations.get("llama-eval")
    assert newest is not None
    old = newest.manifest.model_copy(update={"model": "my-model"})
    assert world.ledger.registrations.register(old, "older", world.now, "older@mark")
    assert world.watch() == (KEY,)
    after = world.ledger.registrations.get("llama-eval")
    assert after is not None
    assert (after.version, after.manifest.model) == (newest.version, "my-model-v2")


def test_a_deletion_whose_event_was_lost_ends_the_management_once(world: World) -> None:
    write()
    world.watch()
    delete()
    assert [world.watch(), world.watch()] == [(KEY,), ()]
    registration = world.ledger.registrations.get("llama-eval")
    assert registration is not None
    assert registration.removed_at is not None


def test_a_rejected_version_is_told_once_and_forgotten_with_its_object(world: World) -> None:
    write(VALID.replace("model:", "modle:"))
    assert [world.watch(), world.watch(), late_event(world)] == [(KEY,), (), "ignored"]
    assert world.told() == ["Deployment Rejected"]
    delete()
    assert world.watch() == ()
    assert world.ledger.overview().refusals == {}


def test_a_crash_between_the_news_of_a_rejection_and_its_note_tells_nothing_again(world: World) -> None:
    write(VALID.replace("model:", "modle:"))
    world.watch()
    world.ledger.refusals.forget(KEY)
    assert [world.watch(), world.watch()] == [(KEY,), ()]
    assert world.told() == ["Deployment Rejected"]


@pytest.mark.parametrize("key", ["deployments/llama-eval.yml", "deployments/team/llama-eval.yaml"])
def test_an_object_beside_the_manifests_is_told_once_with_the_way_out(world: World, key: str) -> None:
    write(key=key)
    assert [late_event(world, key), late_event(world, key), world.watch()] == ["rejected", "ignored", ()]
    assert world.told() == ["Deployment Rejected"]
    assert "must be deployments/<name>.yaml: put it as deployments/llama-eval.yaml" in world.news[0]["reason"]
    assert world.ledger.registrations.all() == ()


def test_an_object_beside_the_manifests_that_has_gone_is_nothing(world: World) -> None:
    assert late_event(world, "deployments/llama-eval.yml") == "ignored"
    assert world.told() == []


def test_what_marks_a_folder_is_told_to_nobody(world: World) -> None:
    write("", key="deployments/")
    assert world.watch() == ()
    assert late_event(world, "deployments/") == "ignored"


def test_what_is_handed_on_and_not_read_is_handed_on_again(world: World) -> None:
    write()
    world.reads = False
    assert [world.watch(), world.watch()] == [(KEY,), (KEY,)]


def test_one_watch_hands_on_no_more_than_it_has_time_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread_manifests, "MOST_AT_ONCE", 1)
    write("no manifest", key="deployments/a.yaml")
    write("no manifest", key="deployments/b.yaml")
    assert [world.watch(), world.watch(), world.watch()] == [("deployments/a.yaml",), ("deployments/b.yaml",), ()]
