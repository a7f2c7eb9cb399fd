"""AWS on the loopback, as far as one function needs it: it gives recorded answers, in order, over TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rehearsal.bench.recording import Call

_LOOPBACK = "127.0.0.1"
# The stub frames its answers itself.
_FRAMING = {"content-length", "transfer-encoding", "connection", "date", "server"}


class Stub:
    """Serves between `with` and its end. `folder` takes its certificate, which clients have to trust."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "stub.pem"
        key = folder / "stub-key.pem"
        _write_certificate(self.certificate, key)
        self._server = _Server((_LOOPBACK, 0), _Answering)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"https://{_LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def expect(self, calls: Sequence[Call]) -> None:
        """The answers of the next run, in order."""
        self._server.script = list(calls)
        self._server.asked = 0
        self._server.unexpected = []

    def asked(self) -> int:
        """How often the run called. RuntimeError if it called otherwise than recorded: it measured something else."""
        if self._server.unexpected:
            raise RuntimeError(f"the function called otherwise than in the rehearsal: {self._server.unexpected[0]}")
        return self._server.asked


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    script: list[Call]
    asked: int
    unexpected: list[str]

    def next_answer(self, path: str, target: str) -> Call | None:
        """None, noted down, for a call that isn't the next one of the script."""
        call = self.script[self.asked] if self.asked < len(self.script) else None
        self.asked += 1
        if call is None or not follows(call, path, target):
            wanted = f"{call.service}.{call.operation}" if call else "none"
            self.unexpected.append(f"call {self.asked} is {target or path}, recorded was {wanted}")
            return None
        return call


def follows(call: Call, path: str, target: str) -> bool:
    """Whether a request is the recorded one. S3 puts the bucket into the path here, and into the host on AWS."""
    of_bucket = call.path == "/" and path.count("/") == 1
    return target == call.target and (of_bucket or path.endswith(call.path))


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it, head and body go out as two packets, and the second waits 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = self.server.next_answer(self.path.partition("?")[0], self.headers.get("X-Amz-Target", ""))
        if call is None:
            self.send_response(501)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(call.status)
        for name, value in call.headers:
            if name.lower() not in _FRAMING:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(call.body)))
        self.end_headers()
        self.wfile.write(call.body)

    do_GET = do_PUT = do_DELETE = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what goes wrong is told by `Stub.asked`."""


def _write_certificate(certificate_path: Path, key_path: Path) -> None:
    """An authority that signs itself and is the server too: all that a client asks for whose bundle holds it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Berth's bench")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(_LOOPBACK))]), critical=False)
    )
    made = builder.sign(key, hashes.SHA256())
    certificate_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_path.write_bytes(private)
