"""Announcements onto the bus: in batches, all of them, or a reason to try again."""

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from berth_aws.bus import announce
from berth_core.errors import BusyError


def entries(count: int) -> list[dict[str, Any]]:
    return [
        {"EventBusName": "berth", "Source": "berth", "DetailType": "Decision Held", "Detail": f'{{"at": {index}}}'}
        for index in range(count)
    ]


def accepted(count: int) -> dict[str, Any]:
    return {"FailedEntryCount": 0, "Entries": [{"EventId": str(index)} for index in range(count)]}


@pytest.fixture
def events() -> Any:
    return boto3.client("events", region_name="us-east-1")


def test_more_than_ten_go_in_batches(events: Any) -> None:
    given = entries(23)
    with Stubber(events) as stub:
        for batch in (given[:10], given[10:20], given[20:]):
            stub.add_response("put_events", accepted(len(batch)), {"Entries": batch})
        assert announce(events, given) == 23
        stub.assert_no_pending_responses()


def test_nothing_to_tell_asks_nothing(events: Any) -> None:
    with Stubber(events):
        assert announce(events, []) == 0


def test_an_entry_that_was_not_taken_is_busy_and_says_why(events: Any) -> None:
    failed = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
    with Stubber(events) as stub:
        stub.add_response(
            "put_events", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, failed]}, {"Entries": ANY}
        )
        with pytest.raises(BusyError, match="1 of 2 refused: ThrottlingException slow down"):
            announce(events, entries(2))
