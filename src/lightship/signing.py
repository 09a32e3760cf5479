"""A page's Ed25519 key: sign what a host claims, and verify that a claim is ours (RFC 8032)."""

import base64
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lightship.config import PageConfig


def new_seed() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


@dataclass(frozen=True)
class SigningKey:
    """`seed` is the key's 32 bytes."""

    seed: bytes = field(repr=False)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def public_text(self) -> str:
        return VerifyKey(self.public).text

    @property
    def trusted(self) -> frozenset[bytes]:
        """The public keys whose signatures count as this page's."""
        return frozenset([self.public])

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        return VerifyKey(self.public).verify(message, signature)


@dataclass(frozen=True)
class VerifyKey:
    """The public half, for those who only verify. `public` is the key's 32 bytes."""

    public: bytes

    @property
    def text(self) -> str:
        return base64.b64encode(self.public).decode()

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def verify_key(page: PageConfig) -> VerifyKey:
    """The key that verifies a page's signatures, whether or not its private key is on this machine."""
    return VerifyKey(page.public or SigningKey(page.key).public)
