"""No credential and no token is written down in any story: not in a log, a history, or what people are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rehearsal import scenario
from rehearsal.cloud import Cloud
from rehearsal.codepipeline.doing import ARTIFACT_CREDENTIALS
from tests.conformance.machines import Machines
from tests.conformance.sample_app import ROLES_MAY_ALL, invoke, make_function
from tests.story.searching import SECRETS, Searched

CHATTY = """
import os
def handler(event, context):
    print(event.get("say", ""), os.environ["AWS_SECRET_ACCESS_KEY"] if "key" in event else "")
    print(event["token"] if "aloud" in event else "")
    return event
"""


@pytest.mark.parametrize("name", scenario.names())
def test_nothing_secret_is_written_down(name: str, searched: Callable[[str], Searched]) -> None:
    found = searched(name)
    assert found.leaks == []
    assert min(found.characters[kind] for kind in ("log", "history", "timeline")) > 1000


def test_the_stories_have_tokens_and_credentials_to_lose(searched: Callable[[str], Searched]) -> None:
    """Else the search above would prove little."""
    assert searched("purchase-approved").tokens
    assert len(SECRETS) == 6


@pytest.fixture
def cloud() -> Cloud:
    return Cloud.start(ROLES_MAY_ALL)


def searched_for(cloud: Cloud, event: dict[str, str]) -> list[str]:
    """What is found after a function that prints too much was invoked, and a machine passed the event on."""
    searched = Searched()
    with searched.watching(cloud):
        make_function(cloud, "chatty", CHATTY)
        invoke(cloud, "chatty", event)
        Machines(cloud).run({"Pass": {"Type": "Pass", "End": True}}, event)
    cloud.stop()
    return searched.leaks


def test_a_key_that_a_function_prints_is_found(cloud: Cloud) -> None:
    leaks = searched_for(cloud, {"key": "yes"})
    assert leaks
    assert all(leak.startswith("log of ") and "secret-of-the-functions-role" in leak for leak in leaks)


def test_a_token_that_a_function_prints_is_found(cloud: Cloud) -> None:
    leaks = searched_for(cloud, {"token": "a-task-token", "aloud": "yes"})
    assert leaks
    assert all(leak.startswith("log of ") and "a-task-token" in leak for leak in leaks)


def test_a_pipelines_credentials_are_found_in_a_history(cloud: Cloud) -> None:
    leaks = searched_for(cloud, {"given": ARTIFACT_CREDENTIALS["sessionToken"]})
    assert leaks == ["history of m1: token-of-the-pipelines-artifacts"]


def test_silence_is_no_leak(cloud: Cloud) -> None:
    assert searched_for(cloud, {"token": "a-task-token"}) == []
