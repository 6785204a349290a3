"""A connection that cannot be made since nobody has signed the platform's certificate."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import datetime as dt
import ipaddress
from pathlib import Path
import ssl

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.sodalife.api import SodaClient
from custom_components.sodalife.api.errors import CannotConnect
from custom_components.sodalife.api.transport import reason
from tests.api.world import Platform


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "self-signed.pem"
    file.write_bytes(private + signed.public_bytes(pem))
    return file


@asynccontextmanager
async def signed_by_itself(certificate: Path) -> AsyncGenerator[str]:
    async def handler(request: web.Request) -> web.Response:
        pytest.fail("nobody may get here")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(access_log=None, ssl=context)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


async def test_a_certificate_that_nobody_signed_is_a_failed_connection(
    platform: Platform, certificate: Path
) -> None:
    async with signed_by_itself(certificate) as host:
        client = SodaClient(platform.session, host, "id", "secret")
        with pytest.raises(CannotConnect) as caught:
            await client.tokens.get()
    assert caught.value.description.startswith("ClientConnectorCertificateError")


def test_an_error_that_cannot_say_what_it_is_about_is_described_all_the_same() -> None:
    class HalfMadeError(OSError):
        @property
        def os_error(self) -> OSError:
            raise AttributeError("never set")

    assert reason(HalfMadeError()) == "HalfMadeError"
