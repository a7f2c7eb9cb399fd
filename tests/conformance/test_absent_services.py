"""Services of moto whose modules are not imported: nobody needs them, and who asks for one is told so."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import moto
import pytest

from rehearsal.absent_services import ABSENT, leave_out
from tests.conformance.served import Server

ROOT = Path(__file__).parents[2]


def test_moto_has_these_services() -> None:
    there = {each.name for each in Path(moto.__file__).parent.iterdir()}
    assert there >= ABSENT


def test_the_template_has_nothing_of_them() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8").lower()
    assert [name for name in sorted(ABSENT) if f"aws::{name}::" in template] == []


def test_who_asks_for_one_is_told_that_it_is_left_out() -> None:
    server = Server()
    answer = server.aws("ec2", method="POST", path="/", data="Action=DescribeInstances&Version=2016-11-15")
    server.cloud.stop()
    assert answer.status_code == 501
    assert "moto.ec2 is left out" in answer.text


def test_what_is_imported_in_its_stead_can_be_named_and_not_used() -> None:
    leave_out()
    placeholder = importlib.import_module("moto.redshift.models").Cluster
    assert not isinstance(json, placeholder)
    with pytest.raises(NotImplementedError, match="left out"):
        placeholder()
    with pytest.raises(NotImplementedError, match="left out"):
        placeholder["111122223333"]
    assert not hasattr(importlib.import_module("moto.redshift.models"), "__nothing__")
