"""What botocore adds to each request for AWS's sake and nobody here looks at: a signature, and a user agent made anew.

Together they take a third of a call. Production code keeps its own clients and configuration; only this work is left
out.
S3 keeps its signature, because moto takes an unsigned request for an anonymous one.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString

from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    """Both are botocore's, which is pinned with moto."""
    _originals["sign"] = replace(RequestSigner, "sign", _sign, expected="5cb76ba86563")
    replace(UserAgentString, "to_string", _user_agent, expected="3e27ad1f365c")


def _sign(self: Any, operation_name: str, request: Any, *rest: Any, **options: Any) -> None:
    if self._service_id.hyphenize() == "s3" or _leaves_the_process(request.url):
        _originals["sign"](self, operation_name, request, *rest, **options)


def _leaves_the_process(url: str) -> bool:
    """A client of a served cloud, in the same process as this one: the server tells services apart by the signature."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost")


def _user_agent(_self: Any) -> str:
    return "rehearsal"
