"""The HTTP side of the server. Connections stay open between requests: werkzeug's own handler closes each one."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from werkzeug.serving import WSGIRequestHandler

_WITHOUT_BODY = (204, 304)


class KeepAliveHandler(WSGIRequestHandler):
    """Reads each request to its end before it is answered: the connection's next one begins there."""

    protocol_version = "HTTP/1.1"
    # Head and body of an answer would otherwise wait for each other, some 40 ms a request.
    disable_nagle_algorithm = True
    # Ends the thread of a client that went without a word. In real seconds.
    timeout = 300

    def run_wsgi(self) -> None:
        try:
            environ = self._environ_with_body()
        except (ValueError, OSError):
            self.send_error(400, "The request's length or its chunks can't be read")
            return
        try:
            self._answer(environ)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _environ_with_body(self) -> dict[str, Any]:
        environ: dict[str, Any] = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        return {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}

    def _answer(self, environ: dict[str, Any]) -> None:
        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            code, _, phrase = status.partition(" ")
            self.send_response(int(code), phrase)
            for name, text in headers:
                # A 204 with a length would leave some clients waiting for a body.
                if int(code) not in _WITHOUT_BODY or name.lower() != "content-length":
                    self.send_header(name, text)
            self.end_headers()

        body = b"".join(self.server.app(environ, start_response))
        if environ["REQUEST_METHOD"] != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Nothing: the timeline tells what happened."""

    def log_error(self, format: str, *args: Any) -> None:
        """Nothing: it is about the client's request, and the client has been told."""
