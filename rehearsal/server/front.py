"""The WSGI application: one request at a time, and nothing is left undone when the next one comes."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import parse_qsl

from moto.core.models import botocore_stubber

from rehearsal.call_counts import is_read_only
from rehearsal.server.asking import Asked
from rehearsal.server.aws_requests import Environ, for_aws
from rehearsal.server.routes import PREFIX, Routes

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud
    from rehearsal.deployment import Stack

# On a clock that stands still, clients that compare times wait for ever (sam deploy: for events after its own start).
_SECONDS_PER_REQUEST = 0.01
_JSON = "application/json"
# What moto says with a 404 for a host of AWS that it doesn't know.
_NO_SUCH_SERVICE = "Not yet implemented"


class Front:
    """Everything that arrives on the port: the rehearsal's own routes, and every AWS API."""

    def __init__(self, cloud: Cloud, stack: Stack, errors_to: TextIO | None = None) -> None:
        self._cloud = cloud
        self._routes = Routes(cloud, stack)
        self._errors_to = errors_to or sys.stderr
        self._errors_told = 0

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["PATH_INFO"]
        serve = self._serve_route if path == PREFIX or path.startswith(f"{PREFIX}/") else self._serve_aws
        with self._cloud.kernel.mutex:
            status, headers, answer = serve(environ, body)
            self._tell_errors()
        if environ["REQUEST_METHOD"] != "HEAD" or "content-length" not in headers:
            # A HEAD of an S3 object tells the object's length, and has no body.
            headers = {**headers, "content-length": str(len(answer))}
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [answer]

    def _serve_route(self, environ: Environ, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        asked = Asked(dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)), body)
        try:
            answer = self._routes.answer(method, path, asked)
            self._settle(changed=method in ("POST", "DELETE"))
        except Exception as error:  # noqa: BLE001  a broken twin must answer, and be seen, as a broken AWS would be
            return 500, {"Content-Type": _JSON}, _as_json({"error": f"{path} broke: {self._record(error)}"})
        return answer.status, {"Content-Type": _JSON, **answer.headers}, _as_json(answer.body)

    def _serve_aws(self, environ: Environ, body: bytes) -> tuple[int, dict[str, str], bytes]:
        request = for_aws(environ, body, self._cloud.settings.region)
        try:
            self._cloud.kernel.advance(seconds=_SECONDS_PER_REQUEST)
            answer = botocore_stubber.process_request(request)
            self._settle(changed=not _only_reads(environ))
        except NotImplementedError as error:
            return _error(environ, 501, "NotImplemented", f"moto can't do this: {error}")
        except Exception as error:  # noqa: BLE001  moto raises whatever it likes
            return _error(environ, 500, "InternalFailure", self._record(error))
        if answer is None or answer[2] == _NO_SUCH_SERVICE:
            return _error(environ, 501, "NotImplemented", f"moto has no service at {request.url}")
        status, headers, text = answer
        return int(status), _plain(headers), text.encode() if isinstance(text, str) else text

    def _settle(self, *, changed: bool) -> None:
        """Let everything happen that the request made ready; after a change, idle schedules look again."""
        if changed:
            self._cloud.touched()
        self._cloud.kernel.settle()

    def _record(self, error: Exception) -> str:
        self._cloud.kernel.errors.append("".join(traceback.format_exception(error)))
        return f"{type(error).__name__}: {error}"

    def _tell_errors(self) -> None:
        errors = self._cloud.kernel.errors
        for text in errors[self._errors_told :]:
            print(f"rehearsal: something broke (also in {PREFIX}/health):\n{text}", file=self._errors_to, flush=True)
        self._errors_told = len(errors)


def _only_reads(environ: Environ) -> bool:
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") or (bool(operation) and is_read_only(operation))


def _as_json(answer: Any) -> bytes:
    return f"{json.dumps(answer, default=str)}\n".encode()


def _plain(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers as HTTP wants them: moto names one in several cases, and puts the status and numbers among them."""
    named = {name.lower(): str(value) for name, value in headers.items() if value is not None}
    named.pop("status", None)
    return named


def _error(environ: Environ, status: int, code: str, words: str) -> tuple[int, dict[str, str], bytes]:
    """An AWS error in the client's protocol. Clients repeat what is answered with 500, and not with 501."""
    headers = {"x-amzn-ErrorType": code}
    if "HTTP_X_AMZ_TARGET" in environ or "json" in environ.get("CONTENT_TYPE", ""):
        return status, {**headers, "Content-Type": _JSON}, _as_json({"__type": code, "message": words})
    shown = words.replace("&", "&amp;").replace("<", "&lt;")
    text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{shown}</Message></Error></ErrorResponse>"
    return status, {**headers, "Content-Type": "text/xml"}, text.encode()
