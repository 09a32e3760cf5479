"""A certificate authority of the tests' own: `Authority(folder).issue("acmestatus.net")` gives a PEM file of chain and key."""

import ipaddress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEAR = timedelta(days=365)


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named("Lightship test authority")

    @cached_property
    def roots(self) -> Path:
        """The file to trust."""
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(self.name, self.name, self.key.public_key(), x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(now + YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / "roots.pem"
        path.write_bytes(made.public_bytes(Encoding.PEM))
        return path

    def issue(self, *names: str, ends: timedelta = timedelta(days=60)) -> Path:
        """For names and addresses, valid until `ends` from now: less than nothing makes an expired one."""
        now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder(self.name, _named(names[0]), key.public_key(), x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(now + ends)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"{names[0]}-{made.serial_number:x}.pem"
        key_text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(made.public_bytes(Encoding.PEM) + key_text)
        return path


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
