"""A bucket: S3 and compatible stores, Google Cloud Storage, Azure Blob Storage; all through obstore.

Files are written in parallel, the front page after the others and the manifest last. Where the store can compare, the
manifest replaces only the one that was read. A store serves one body a path, so there are no pre-compressed variants: let
the CDN or web server before it compress. To answer `/` with `index.html` is its task too (an S3 website endpoint, a CDN's
default object); a bare bucket endpoint answers `/index.html` only.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError, PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from lightship.hosts import Conflict, File, Held, HostError, cache_control, content_type, within
from lightship.hosts._tree import at_once, checked, unchanged

CONCURRENCY = 40
FRONT_PAGE = "index.html"
STORES: dict[str, Any] = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}

_log = logging.getLogger(__name__)


class Conditional(StrEnum):
    """`auto`: replace only the manifest that was read, if the store proves able to; `never`: do not try."""

    AUTO = "auto"
    NEVER = "never"


@dataclass(frozen=True)
class ObjectStore:
    """`store` is s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.

    `key` and `secret`: an access key and its secret (S3), an account and its key (Azure), or only `secret`, the JSON of
    a service account (Google). Without them, what the machine itself is given (an instance role) is used.
    `endpoint`: the address of an S3-compatible store; plain http only where it says so. `vault`: another bucket (or a
    prefix) with the same provider and key, s3://BUCKET/PREFIX, that public readers may not read.
    """

    name: str
    url: str
    store: str
    endpoint: str | None = None
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    region: str = "us-east-1"
    conditional: Conditional = Conditional.AUTO
    virtual_hosted: bool = field(default=False, kw_only=True)
    vault: str | None = None

    def __post_init__(self) -> None:
        place = urlsplit(self.store)
        if place.scheme not in STORES or not place.netloc:
            raise ValueError(f"store must be s3://BUCKET, gs://BUCKET or az://CONTAINER, not {self.store!r}")
        if self.vault is None:
            return
        if urlsplit(self.vault).scheme != place.scheme or not urlsplit(self.vault).netloc:
            raise ValueError(f"vault must be {place.scheme}://BUCKET/PREFIX like store, not {self.vault!r}")
        if f"{self.vault.rstrip('/')}/".startswith(f"{self.store.rstrip('/')}/"):
            raise ValueError("vault lies inside store, where strangers read: take another bucket, or a prefix outside of it")

    async def read(self, path: str) -> Held | None:
        with self._reported(), _absence():
            answer = await obstore.get_async(self._client, path)
            within(answer.meta["size"], path)
            return Held(bytes(await answer.bytes_async()), self._version(answer.meta))
        return None

    async def put(self, files: Sequence[File]) -> None:
        async def write(file: File) -> None:
            if file.body is not None:
                await self._write(checked(file.path), file.body)
                return
            with _absence():
                await obstore.delete_async(self._client, checked(file.path))

        with self._reported():
            await at_once(write, files, asyncio.Semaphore(CONCURRENCY))

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        """A store that compares reports another publisher that releases between our first read and our last write. Its front
        page or ours stays until the next publish, whole."""
        existing = await unchanged(self, expecting)
        changed = [file for file in files if file.changed and file.body is not None]
        await self.put([file for file in changed if file.path != FRONT_PAGE])
        await self.put([file for file in changed if file.path == FRONT_PAGE])
        if not await self._compares():
            await unchanged(self, expecting)
            await self.put([manifest])
            return
        mode = {self._version_key: existing.version} if existing else "create"
        with self._reported():
            if await self._refuses(manifest.path, manifest.body or b"", mode):
                raise Conflict(f"another publisher released to {self} meanwhile")

    def __str__(self) -> str:
        return self.store

    def vault_place(self) -> "ObjectStore | None":
        return replace(self, store=self.vault, vault=None) if self.vault else None

    async def _write(self, path: str, body: bytes, mode: Any = "overwrite") -> str | None:
        headers = {"Content-Type": content_type(path), "Cache-Control": cache_control(path)}
        return self._version(
            await obstore.put_async(self._client, path, body, attributes=headers, mode=mode, use_multipart=False)
        )

    async def _compares(self) -> bool:
        """Whether the store refuses a stale write: tried once."""
        if self.conditional is Conditional.NEVER:
            return False
        if self.store not in self._comparing:
            self._comparing[self.store] = await self._probe()
            if not self._comparing[self.store]:
                _log.warning("host=%s store=%s conditional_writes=ignored instead=reread_before_write", self.name, self.store)
        return self._comparing[self.store]

    async def _probe(self) -> bool:
        path = f"lightship/.probe-{secrets.token_hex(8)}"
        with self._reported():
            try:
                stale = {self._version_key: await self._write(path, b"1", "create")}
                await self._write(path, b"2")
                return await self._refuses(path, b"3", "create") and await self._refuses(path, b"3", stale)
            except NotSupportedError:
                return False
            finally:
                await self.put([File(path, None)])

    async def _refuses(self, path: str, body: bytes, mode: Any) -> bool:
        try:
            await self._write(path, body, mode)
        except (AlreadyExistsError, PreconditionError):
            return True
        return False

    @cached_property
    def _comparing(self) -> dict[str, bool]:
        return {}

    def _version(self, meta: Any) -> str | None:
        """What names these very bytes: Google compares a generation, the others an ETag."""
        version: str | None = meta[self._version_key]
        return version

    @property
    def _version_key(self) -> str:
        return "version" if urlsplit(self.store).scheme == "gs" else "e_tag"

    @cached_property
    def _client(self) -> Any:
        place = urlsplit(self.store)
        options: dict[str, dict[str, Any]] = {
            "gs": {"service_account_key": self.secret},
            "az": {"account_name": self.key, "account_key": self.secret, "endpoint": self.endpoint},
            "s3": {
                "access_key_id": self.key,
                "secret_access_key": self.secret,
                "endpoint": self.endpoint,
                "region": self.region,
                "virtual_hosted_style_request": self.virtual_hosted or None,
            },
        }
        return STORES[place.scheme](
            place.netloc,
            prefix=place.path.strip("/") or None,
            client_options={
                "allow_http": (self.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=30),
            },
            # Publishing has a deadline and a back-off of its own.
            retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=10)},
            **{option: value for option, value in options[place.scheme].items() if value is not None},
        )

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """An error of the store becomes a message for an operator."""
        try:
            yield
        except (BaseError, OSError) as error:
            raise HostError(self._message(error)) from error

    def _message(self, error: Exception) -> str:
        """obstore has no codes: the store's own are searched for in its text."""
        text = str(error).partition("\n\nDebug source")[0]
        for codes, message in _MESSAGES:
            if any(code in text or code == type(error).__name__ for code in codes):
                return message.format(store=self.store, endpoint=self.endpoint or "the store")
        return f"{self.store}: {text.splitlines()[0][:300] if text else type(error).__name__}"


@contextlib.contextmanager
def _absence() -> Iterator[None]:
    """That nothing is at a path is no error. A missing bucket is reported in the same way, and is not an empty host."""
    try:
        yield
    except FileNotFoundError as error:
        if any(code in str(error) for code in _NO_BUCKET):
            raise


_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
_MESSAGES = (
    (_NO_BUCKET, "there is no bucket for {store}: make it, or correct `store`"),
    (("InvalidAccessKeyId",), "{store} does not know the access key: correct `key`"),
    (("SignatureDoesNotMatch",), "{store} refuses the secret of the access key: correct `secret`"),
    (("PermissionDeniedError", "UnauthenticatedError", "AccessDenied"), "the key may not write {store}: allow it to"),
    (("PermanentRedirect", "AuthorizationHeaderMalformed"), "{store} is in another region: correct `region`"),
    (("NoSpace", "InsufficientStorage", "QuotaExceeded"), "{store} is full: make room"),
    (("error sending request", "connection", "dns error"), "{endpoint} does not answer for {store}: is it up?"),
)
