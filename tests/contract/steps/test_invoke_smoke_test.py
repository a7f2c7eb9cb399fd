"""The smoke test's request, and what comes of it."""

from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps.invoke_smoke_test import invoke_smoke_test
from tests.builders import endpoint, registration, snapshot


class TestSmokeTest:
    TEST = {"body": "{}", "content_type": "application/json"}  # noqa: RUF012

    def test_nothing_is_asked_if_no_test_is_wanted_or_none_can_run(self) -> None:
        assert invoke_smoke_test(snapshot(endpoint=endpoint())).failed is None
        asked = registration(smoke_test=self.TEST)
        assert invoke_smoke_test(snapshot(deployment=asked)).failed is None
        updating = endpoint(status="Updating")
        assert invoke_smoke_test(snapshot(deployment=asked, endpoint=updating)).failed is None

    def test_a_model_that_fails_the_request_is_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Runtime:
            def invoke_endpoint(self, **_: Any) -> None:
                from botocore.exceptions import ClientError

                raise ClientError({"Error": {"Code": "ModelError", "Message": "out of memory"}}, "InvokeEndpoint")

        monkeypatch.setattr(clients, "invoking", Runtime)
        tested = invoke_smoke_test(snapshot(deployment=registration(smoke_test=self.TEST), endpoint=endpoint()))
        assert tested.failed is True
        assert "out of memory" in tested.reason
