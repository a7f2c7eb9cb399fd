"""What a client sent to this port, addressed anew to the AWS host that it was meant for.

moto then takes the region from the host. So every client meets the stack's region, whatever its environment names; AWS
would refuse such a request (docs/fidelity.md). moto checks neither keys nor signatures: any credentials will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HTTPHeaders
from werkzeug.datastructures import EnvironHeaders

_SCOPE = re.compile(
    r"(?P<before>Credential=[^/,&\s%]+(?:/|%2F)\d{8}(?:/|%2F))[^/,&\s%]+"
    r"(?P<after>(?:/|%2F)(?P<service>[^/,&\s%]+)(?:/|%2F)aws4_request)",
    re.IGNORECASE,
)
# <bucket>.localhost, <bucket>.s3.localhost, <bucket>.s3.<region>.localhost
_BUCKET_IN_HOST = re.compile(
    r"(?!s3[.-])(?P<bucket>[a-z0-9][a-z0-9.-]*?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost(?::\d+)?", re.IGNORECASE
)
# Clients that believe they speak to a proxy put the host there.
_HOST_IN_URI = re.compile(r"^https?://[^/]*", re.IGNORECASE)
_HOP_BY_HOP = {"host", "connection", "expect", "transfer-encoding"}

Environ = dict[str, Any]


def for_aws(environ: Environ, body: bytes, region: str) -> AWSPreparedRequest:
    """The request as it would have gone to AWS: its host, the bucket in the path, its signature for the region."""
    service = _signed_for(environ)
    uri = _in_region(_HOST_IN_URI.sub("", environ["RAW_URI"]) or "/", region)
    if service == "s3":
        uri = _bucket_in_path(environ.get("HTTP_HOST", ""), uri)
    host = f"{_host_name(service, environ, uri)}.{region}.amazonaws.com"
    return AWSPreparedRequest(
        environ["REQUEST_METHOD"], f"https://{host}{uri}", _headers(environ, region), body, stream_output=False
    )


def _headers(environ: Environ, region: str) -> HTTPHeaders:
    headers = {name.lower(): text for name, text in EnvironHeaders(environ).items()}
    for name in _HOP_BY_HOP & headers.keys():
        del headers[name]
    if "authorization" in headers:
        headers["authorization"] = _in_region(headers["authorization"], region)
    return HTTPHeaders.from_dict(headers)


def _in_region(scoped: str, region: str) -> str:
    return _SCOPE.sub(rf"\g<before>{region}\g<after>", scoped)


def _signed_for(environ: Environ) -> str:
    """The service in the signature, which is in the header or in the query string. What isn't signed is for S3."""
    signature = environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING", "")
    found = _SCOPE.search(signature)
    return found["service"].lower() if found else "s3"


def _bucket_in_path(host: str, uri: str) -> str:
    found = _BUCKET_IN_HOST.fullmatch(host)
    return uri if found is None else f"/{found['bucket']}{uri}"


def _host_name(service: str, environ: Environ, uri: str) -> str:
    named = _NOT_NAMED_AS_SIGNED.get(service)
    return service if named is None else named(environ, uri.partition("?")[0])


def _sagemaker(_: Environ, path: str) -> str:
    if path.startswith("/endpoints/"):
        return "runtime.sagemaker"
    return "metrics.sagemaker" if path == "/BatchPutMetrics" else "api.sagemaker"


def _dynamodb(environ: Environ, _: str) -> str:
    return "streams.dynamodb" if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDBStreams") else "dynamodb"


def _s3(_: Environ, path: str) -> str:
    return "s3-control" if path.startswith("/v20180820/") else "s3"


# Services whose signing name isn't the beginning of their host name: those that Berth and its users meet.
_NOT_NAMED_AS_SIGNED: dict[str, Callable[[Environ, str], str]] = {
    "sagemaker": _sagemaker,
    "dynamodb": _dynamodb,
    "s3": _s3,
    "ecr": lambda environ, path: "api.ecr",
    "pricing": lambda environ, path: "api.pricing",
    "ses": lambda environ, path: "email",
}
