"""An error answer in the protocol of the service that was asked, as the SDK will read it."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class _Raw(BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **kwargs: Any) -> Any:
        while contents := self.read():
            yield contents


def error_response(service: str, request: Any, status: int, code: str, message: str) -> AWSResponse:
    """The protocol shows in the request: its headers name JSON and CBOR, a form is the query protocol."""
    headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
    kind = headers.get("content-type", "")
    answer = {"x-amzn-requestid": REQUEST_ID}
    if "cbor" in headers.get("smithy-protocol", ""):
        body = _cbor({"__type": code, "message": message})
        answer |= {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    elif service == "s3":
        body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>".encode()
        answer["content-type"] = "application/xml"
    elif kind.startswith("application/x-www-form-urlencoded"):
        body = _xml(code, message)
        answer["content-type"] = "text/xml"
    else:
        # The header is for REST, the type in the body for the JSON protocols; each ignores the other's.
        body = json.dumps({"__type": code, "message": message}).encode()
        answer |= {"content-type": "application/json", "x-amzn-errortype": code}
    return AWSResponse(request.url, status, _headers(answer), _Raw(body))


def _headers(values: dict[str, str]) -> HTTPHeaders:
    headers = HTTPHeaders()
    for name, value in values.items():
        headers[name] = value
    return headers


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _xml(code: str, message: str) -> bytes:
    inner = f"<Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    return f"<ErrorResponse><Error>{inner}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>".encode()


def _cbor(fields: dict[str, str]) -> bytes:
    """A map of up to 23 texts of up to 65,535 bytes (RFC 8949, major types 5 and 3)."""
    parts = [bytes([0xA0 | len(fields)])]
    for text in (each for pair in fields.items() for each in pair):
        encoded = text.encode()
        parts += [b"\x79", len(encoded).to_bytes(2, "big"), encoded]
    return b"".join(parts)
