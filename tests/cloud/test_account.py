"""Run by hand, against a deployed stack: `make cloud STACK=berth`. It costs nothing, and leaves nothing behind."""

from __future__ import annotations

import os

import boto3
import pytest

from tests.cloud.checking import Account, Check, NothingToSeeError
from tests.cloud.checks import CHECKS
from tests.cloud.place import Place

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def account() -> Account:
    region = boto3.session.Session().region_name
    assert region, "no Region: set AWS_DEFAULT_REGION to the stack's"
    return Account(region)


@pytest.fixture(scope="module")
def place(account: Account) -> Place:
    stack = os.environ.get("BERTH_CLOUD_STACK")
    assert stack, "no stack: set BERTH_CLOUD_STACK, or run make cloud STACK=<name>"
    return account.place(stack)


@pytest.mark.parametrize("one", CHECKS, ids=[check.name for check in CHECKS])
def test_what_was_assumed_is_so(one: Check, account: Account, place: Place) -> None:
    answers = account.run(one, place)
    try:
        one.judge(place, answers)
    except NothingToSeeError as nothing:
        pytest.skip(str(nothing))
    except AssertionError as difference:
        told = "\n".join(
            f"{call}\n    answer: {answer}" for call, answer in zip(one.calls(place), answers, strict=False)
        )
        raise AssertionError(
            f"AWS does otherwise than assumed: {'; '.join(one.confirms)}\n{told}\n{difference}"
        ) from difference
