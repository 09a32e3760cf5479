"""Write the vault: send every host what changed, and nothing else."""

import asyncio
import hashlib
import hmac
import zlib
from collections.abc import Awaitable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from pyrage import encrypt, x25519  # type: ignore[import-untyped]

from lightship.core.site.manifest import NotOurs
from lightship.core.vault import (
    INDEX_PATH,
    SPARE_PATH,
    Index,
    aged,
    index_out,
    name_of,
    part_out,
    path_of,
    spare_in,
    spare_out,
)
from lightship.core.wire import WireError
from lightship.hosts import File, HostError, Place
from lightship.signing import SigningKey
from lightship.vault import Copy, CopyTarget, Part, VaultError, in_time, look, parts

BATCH = 32
FRESH = timedelta(days=1)
"""Age at which an unchanged index is signed anew, so that its age shows whether a worker still keeps it."""


async def keep(
    private: Generator[Part, None, None],
    targets: Sequence[CopyTarget],
    recipients: Sequence[str],
    now: datetime,
    *,
    closely: bool = False,
) -> list[Copy]:
    """Bring every copy up to date: only what changed is sent. A copy that fails is reported and delays no other. `private`:
    reads all private data, in a thread of its own. `closely`: read every part back, and replace missing or damaged ones."""
    writers = [_Writer(target, _name_key(target.signing_key, recipients), now) for target in targets]
    to = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    await asyncio.gather(*(writer.guarded(writer.open(closely=closely)) for writer in writers))
    with ThreadPoolExecutor(1, thread_name_prefix="vault") as thread:
        work = partial(asyncio.get_running_loop().run_in_executor, thread)
        try:
            while any(not writer.reason for writer in writers):
                batch = await work(lambda: list(islice(private, BATCH)))
                if not batch:
                    break
                missing = {part for writer in writers for part in writer.missing(batch)}
                encrypted = {part: await work(_encrypted, part, to) for part in missing}
                await asyncio.gather(*(writer.guarded(writer.take(batch, encrypted)) for writer in writers))
        finally:
            await work(private.close)
    await asyncio.gather(*(writer.guarded(writer.finish()) for writer in writers))
    return [writer.copy for writer in writers]


def _name_key(signing_key: SigningKey, recipients: Sequence[str]) -> bytes:
    """The key of the parts' names. It depends on the recipients: when they change, every part has to be written anew."""
    text = b"lightship vault names\0" + " ".join(sorted(recipients)).encode()
    return hmac.digest(signing_key.seed, text, hashlib.sha256)


def _encrypted(part: Part, recipients: Sequence["x25519.Recipient"]) -> bytes:
    body: bytes = encrypt(zlib.compress(part.label.encode() + b"\0" + part.body), recipients)
    return body


@dataclass
class _Writer:
    """Writes one copy: the parts, then the index, and only then removes parts that no index needs. `revived`: written parts
    that were spare, so that another worker may be removing them."""

    target: CopyTarget
    key: bytes = field(repr=False)
    now: datetime
    reason: str = ""
    before: Index | None = None
    stored: set[str] = field(default_factory=set)
    spare: dict[str, datetime] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    revived: list[File] = field(default_factory=list)
    put: int = 0
    sent: int = 0

    @property
    def copy(self) -> Copy:
        host, page = self.target.host, self.target.page
        return Copy(host=host, page=page, reason=self.reason, parts=len(self.names), put=self.put, sent=self.sent)

    @property
    def place(self) -> Place:
        if self.target.place is None:
            raise VaultError("it has no place that strangers cannot reach: give it one (`vault`), or say [vault] public = true")
        return self.target.place

    async def guarded(self, step: Awaitable[None]) -> None:
        """Do the step; a failure of this copy must not stop the others."""
        try:
            await step
        except (HostError, VaultError, WireError, OSError) as error:
            self.reason = str(error)

    async def open(self, *, closely: bool) -> None:
        verify = self.target.signing_key.verify
        try:
            self.before = await look(self.place, verify)
        except NotOurs as error:
            advice = "it may be all that is left of another desk. Move it away, or give this host another `vault`"
            raise VaultError(f"{error}: {advice}") from error
        except WireError:
            self.before = None  # torn: treated as missing
        if self.before and self.before.page != self.target.page:
            raise VaultError("another page's vault lies there: give each host a `vault` of its own")
        if self.before and self.before.epoch > self.target.epoch:
            raise VaultError("a newer desk keeps its vault there: this one has been replaced")
        self.stored = set(self.before.parts) if self.before else set()
        if closely:
            bodies = parts([self.place], sorted(self.stored), verify)
            self.stored = {name async for name, body in bodies if isinstance(body, bytes)}
        if spare := await in_time(self.place.read(SPARE_PATH)):
            self.spare = spare_in(spare.body)

    def missing(self, batch: Sequence[Part]) -> list[Part]:
        return [] if self.reason else [part for part in batch if self.name(part) not in self.stored]

    def name(self, part: Part) -> str:
        return name_of(self.key, part.label, part.body)

    async def take(self, batch: Sequence[Part], encrypted: dict[Part, bytes]) -> None:
        """Write the missing parts of a batch. Their names are written first: after a kill they show which parts no index
        needs."""
        if self.reason:
            return
        named = {self.name(part): part for part in batch}
        self.names += named
        new = {name: part for name, part in named.items() if name not in self.stored}
        if not new:
            return
        sign = self.target.signing_key.sign
        files = {name: File(path_of(name), part_out(name, encrypted[part], sign)) for name, part in new.items()}
        self.revived += [file for name, file in files.items() if name in self.spare]
        self.spare |= dict.fromkeys(new, self.now)
        await self.write([File(SPARE_PATH, spare_out(self.spare))])
        await self.write(list(files.values()))
        self.put += len(new)

    async def finish(self) -> None:
        if self.reason:
            return
        before, names, key = self.before, tuple(self.names), self.target.signing_key
        same = before is not None and (before.parts, before.epoch) == (names, self.target.epoch)
        if before and same and not self.put and self.now - before.at < FRESH:
            return
        self.spare |= dict.fromkeys((before.parts if before else ()), self.now)
        self.spare = {name: since for name, since in self.spare.items() if name not in set(names)}
        gone = aged(self.spare, names, self.now)
        index = Index(page=self.target.page, epoch=self.target.epoch, at=self.now, parts=names)
        # Parts that the new index drops are recorded as spare before it is written; the record of removed parts goes last.
        await self.write([File(SPARE_PATH, spare_out(self.spare))])
        await self.write([File(INDEX_PATH, index_out(index, key.sign, key.public))])
        if gone:
            await self.remove(gone)
        await self.write([file for file in self.revived if await in_time(self.place.read(file.path)) is None])

    async def remove(self, gone: Sequence[str]) -> None:
        """Remove spare parts. Another worker may put one of them into its index at the same moment. If that index is there
        when we read it, we restore the part; if it is written later, that worker checks its revived parts afterwards."""
        stored = {path: await in_time(self.place.read(path)) for path in map(path_of, gone)}
        await self.write([File(path, None) for path in stored])
        index = await look(self.place, self.target.signing_key.verify)
        needed = {path_of(name) for name in index.parts} if index else set()
        await self.write([File(path, part.body) for path, part in stored.items() if part and path in needed])
        await self.write([File(SPARE_PATH, spare_out({k: v for k, v in self.spare.items() if k not in gone}))])

    async def write(self, files: Sequence[File]) -> None:
        if not files:
            return
        await in_time(self.place.put(files))
        self.sent += sum(len(file.body or b"") for file in files)
