"""The server's front in this process, with a client before it."""

from __future__ import annotations

import io
import json
from typing import Any

from werkzeug.test import Client, TestResponse

from rehearsal.cloud import Cloud
from rehearsal.deployment import Stack
from rehearsal.server.front import Front
from rehearsal.server.routes import EXAMPLES

ON_SALE = json.loads(EXAMPLES["/offerings"])
STACK = Stack("berth", {"ManifestBucket": "manifests"}, {"Manifests": "manifests"})


class Server:
    """The front with a client before it, and what it writes about errors."""

    def __init__(self) -> None:
        self.cloud = Cloud.start()
        self.stderr = io.StringIO()
        self._client = Client(Front(self.cloud, STACK, self.stderr))

    def ask(self, method: str, route: str, body: Any = None, **more: Any) -> TestResponse:
        """A route's answer. The body goes without a Content-Type, as some clients send it."""
        written = body if isinstance(body, str) else None if body is None else json.dumps(body)
        return self._client.open(f"/_rehearsal{route}", method=method, data=written, **more)

    def get(self, route: str) -> Any:
        answer = self.ask("GET", route)
        assert answer.status_code == 200, answer.text
        return told(answer)

    def post(self, route: str, body: Any) -> Any:
        answer = self.ask("POST", route, body)
        assert answer.status_code == 200, answer.text
        return told(answer)

    def aws(self, service: str, **more: Any) -> TestResponse:
        scope = f"Credential=AKIDANY/20261121/eu-west-3/{service}/aws4_request"
        signature = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"}
        return self._client.open(headers={**signature, **more.pop("headers", {})}, **more)

    def sagemaker(self, operation: str, **request: Any) -> TestResponse:
        headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        return self.aws("sagemaker", method="POST", path="/", headers=headers, data=json.dumps(request))


def told(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def refusal(answer: TestResponse) -> str:
    """The words of a refused request of a route."""
    assert answer.status_code == 400, answer.text
    return str(told(answer)["error"])


def buy(server: Server, plan: str) -> None:
    offering = server.post("/offerings", ON_SALE)["offering_id"]
    bought = server.sagemaker("CreateTrainingPlan", TrainingPlanName=plan, TrainingPlanOfferingId=offering)
    assert bought.status_code == 200, bought.text
