"""A bucket: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage; all through obstore.

Files are written in parallel, the front page after the others and the manifest last, swapped only for the one that was
read where the store can compare. A store serves one body a path, so there are no pre-compressed variants: let the CDN or
web server before it compress. What answers `/` with `index.html` is theirs too (an S3 website endpoint, a CDN's default
object); a bare bucket endpoint answers `/index.html` only.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError, PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held, HostError, cache_control, content_type, within
from lightship.hosts._release import checked

CONCURRENCY = 40
FRONT_PAGE = "index.html"
SCHEMES = ("s3", "gs", "az")

_log = logging.getLogger(__name__)


class Conditional(StrEnum):
    """`auto`: swap the manifest only for the one that was read, if the store is found to do that; `never`: do not try."""

    AUTO = "auto"
    NEVER = "never"


@dataclass(frozen=True)
class ObjectStore:
    """`store` is s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.

    `key` and `secret`: an access key and its secret (S3), an account and its key (Azure), or only `secret`, the JSON of
    a service account (Google). Without them, what the machine itself is given (an instance role) is used.
    `endpoint`: the address of an S3-compatible store; plain http only where it says so. `vault`: another bucket (or a
    prefix) of the same keeper and key, s3://BUCKET/PREFIX, that strangers may not read.
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
        if place.scheme not in SCHEMES or not place.netloc:
            raise ValueError(f"store must be s3://BUCKET, gs://BUCKET or az://CONTAINER, not {self.store!r}")
        if self.vault is None:
            return
        if urlsplit(self.vault).scheme != place.scheme or not urlsplit(self.vault).netloc:
            raise ValueError(f"vault must be {place.scheme}://BUCKET/PREFIX like store, not {self.vault!r}")
        if f"{self.vault.rstrip('/')}/".startswith(f"{self.store.rstrip('/')}/"):
            raise ValueError("vault lies inside store, where strangers read: take another bucket, or a prefix outside of it")

    async def read(self, path: str) -> Held | None:
        try:
            found = await obstore.get_async(self._client, path)
            within(found.meta["size"], path)
            return Held(bytes(await found.bytes_async()), self._version(found.meta))
        except FileNotFoundError as error:
            # The store says the same of a missing bucket, and that is not an empty host.
            if _is_bucket_missing(error):
                raise self._explained(error) from error
            return None
        except (BaseError, OSError) as error:
            raise self._explained(error) from error

    async def put(self, files: Sequence[File]) -> None:
        turn = asyncio.Semaphore(CONCURRENCY)

        async def one(file: File) -> None:
            path = checked(file.path)
            async with turn:
                await (self._remove(path) if file.body is None else self._write(path, file.body))

        results = await asyncio.gather(*(one(file) for file in files), return_exceptions=True)
        for error in results:
            if isinstance(error, (BaseError, OSError)):
                raise self._explained(error) from error
            if error is not None:
                raise error

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        """Another publisher that releases between our first look and our last write is told of by the store, if it
        compares; its front page or ours stays until the next publish, whole."""
        held = await self._unless_changed(expecting)
        changed = [file for file in files if file.changed and file.body is not None]
        await self.put([file for file in changed if file.path != FRONT_PAGE])
        await self.put([file for file in changed if file.path == FRONT_PAGE])
        if await self._compares():
            await self._swap(manifest, held)
        else:
            await self._unless_changed(expecting)
            await self.put([manifest])

    def __str__(self) -> str:
        return self.store

    def vault_place(self) -> "ObjectStore | None":
        return replace(self, store=self.vault, vault=None) if self.vault else None

    async def _unless_changed(self, expecting: Held | None) -> Held | None:
        held = await self.read(MANIFEST_PATH)
        if (held and held.body) != (expecting and expecting.body):
            raise self._conflict()
        return held

    async def _swap(self, manifest: File, held: Held | None) -> None:
        try:
            await self._write(manifest.path, manifest.body or b"", "create" if held is None else self._mode(held.version))
        except (AlreadyExistsError, PreconditionError) as error:
            raise self._conflict() from error
        except (BaseError, OSError) as error:
            raise self._explained(error) from error

    def _conflict(self) -> Conflict:
        return Conflict(f"another publisher released to {self.store} meanwhile")

    async def _write(self, path: str, body: bytes, mode: Any = "overwrite") -> str | None:
        headers = {"Content-Type": content_type(path), "Cache-Control": cache_control(path)}
        return self._version(
            await obstore.put_async(self._client, path, body, attributes=headers, mode=mode, use_multipart=False)
        )

    async def _remove(self, path: str) -> None:
        try:
            await obstore.delete_async(self._client, path)
        except FileNotFoundError as error:
            if _is_bucket_missing(error):
                raise

    async def _compares(self) -> bool:
        """Whether the store refuses a stale write, found out once by asking it to do one."""
        if self.conditional is Conditional.NEVER:
            return False
        if "compares" not in self._found_out:
            self._found_out["compares"] = await self._probe()
            if not self._found_out["compares"]:
                _log.warning("host=%s store=%s conditional_writes=ignored instead=reread_before_write", self.name, self.store)
        return self._found_out["compares"]

    async def _probe(self) -> bool:
        path = f"lightship/.probe-{secrets.token_hex(8)}"
        try:
            stale = await self._write(path, b"1", "create")
            await self._write(path, b"2")
            return await self._refuses(path, "create") and await self._refuses(path, self._mode(stale))
        except NotSupportedError:
            return False
        except (BaseError, OSError) as error:
            raise self._explained(error) from error
        finally:
            await self.put([File(path, None)])

    async def _refuses(self, path: str, mode: Any) -> bool:
        try:
            await self._write(path, b"3", mode)
        except (AlreadyExistsError, PreconditionError):
            return True
        return False

    @cached_property
    def _found_out(self) -> dict[str, bool]:
        return {}

    def _version(self, meta: Any) -> str | None:
        """What names these very bytes: Google compares a generation, the others an ETag."""
        version: str | None = meta["version" if self._scheme == "gs" else "e_tag"]
        return version

    def _mode(self, version: str | None) -> dict[str, str | None]:
        return {"version" if self._scheme == "gs" else "e_tag": version}

    @property
    def _scheme(self) -> str:
        return urlsplit(self.store).scheme

    @cached_property
    def _client(self) -> S3Store | GCSStore | AzureStore:
        place = urlsplit(self.store)
        common: dict[str, Any] = {
            "prefix": place.path.strip("/") or None,
            "client_options": {
                "allow_http": (self.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=30),
            },
            # Publishing has its own patience, and its own back-off.
            "retry_config": {"max_retries": 1, "retry_timeout": timedelta(seconds=10)},
        }
        given = {option: value for option, value in self._options().items() if value is not None}
        kind: Any = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}[place.scheme]
        store: S3Store | GCSStore | AzureStore = kind(place.netloc, **common, **given)
        return store

    def _options(self) -> dict[str, Any]:
        if self._scheme == "gs":
            return {"service_account_key": self.secret}
        if self._scheme == "az":
            return {"account_name": self.key, "account_key": self.secret, "endpoint": self.endpoint}
        return {
            "access_key_id": self.key,
            "secret_access_key": self.secret,
            "endpoint": self.endpoint,
            "region": self.region,
            "virtual_hosted_style_request": self.virtual_hosted or None,
        }

    def _explained(self, error: Exception) -> HostError:
        """The error in words for an operator. obstore has no codes: the store's own are looked for in its text."""
        text = str(error).partition("\n\nDebug source")[0]
        for marks, words, permanent in _WORDS:
            if any(mark in text or mark == type(error).__name__ for mark in marks):
                return HostError(words.format(store=self.store, endpoint=self.endpoint or "the store"), permanent=permanent)
        return HostError(f"{self.store}: {text.splitlines()[0][:300] if text else type(error).__name__}")


def _is_bucket_missing(error: Exception) -> bool:
    return any(mark in str(error) for mark in _NO_BUCKET)


_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
_WORDS = (
    (_NO_BUCKET, "there is no bucket for {store}: make it, or correct `store`", True),
    (("InvalidAccessKeyId",), "{store} does not know the access key: correct `key`", True),
    (("SignatureDoesNotMatch",), "{store} refuses the secret of the access key: correct `secret`", True),
    (("PermissionDeniedError", "UnauthenticatedError", "AccessDenied"), "the key may not write {store}: allow it to", True),
    (("PermanentRedirect", "AuthorizationHeaderMalformed"), "{store} is in another region: correct `region`", True),
    (("NoSpace", "InsufficientStorage", "QuotaExceeded"), "{store} is full: make room", False),
    (("error sending request", "connection", "dns error"), "{endpoint} does not answer for {store}: is it up?", False),
)
