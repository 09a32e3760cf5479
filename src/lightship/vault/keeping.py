"""Write the vault: to every host what changed, and nothing else."""

import asyncio
import hashlib
import hmac
import zlib
from collections.abc import Awaitable, Sequence
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
    index_in,
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
from lightship.vault.fetching import in_time, parts
from lightship.vault.values import Copy, CopyTarget, Part, Parts, VaultError

BATCH = 32
FRESH = timedelta(days=1)
"""An index is signed anew that often, changed or not, so that its age says whether somebody still looks after it."""


async def keep(
    pieces: Parts, shelves: Sequence[CopyTarget], recipients: Sequence[str], now: datetime, *, closely: bool = False
) -> list[Copy]:
    """Bring every copy up to date: only what changed is sent. One that fails is told of, and holds up none. `closely`: read
    every part back, and put again what is missing or spoilt."""
    writers = [_Writer(shelf, _key_of_names(shelf.signing_key, recipients), now) for shelf in shelves]
    to = [x25519.Recipient.from_str(each) for each in recipients]
    await asyncio.gather(*(writer.guarded(writer.open(closely=closely)) for writer in writers))
    with ThreadPoolExecutor(1, thread_name_prefix="vault") as thread:
        work = partial(asyncio.get_running_loop().run_in_executor, thread)
        reading = await work(pieces)
        try:
            while any(not writer.reason for writer in writers):
                batch = await work(lambda: list(islice(reading, BATCH)))
                if not batch:
                    break
                wanted = {piece for writer in writers for piece in writer.lacking(batch)}
                sealed = {piece: await work(_sealed, piece, to) for piece in wanted}
                await asyncio.gather(*(writer.guarded(writer.take(batch, sealed)) for writer in writers))
        finally:
            await work(reading.close)
    await asyncio.gather(*(writer.guarded(writer.finish()) for writer in writers))
    return [writer.copy for writer in writers]


def _key_of_names(signing_key: SigningKey, recipients: Sequence[str]) -> bytes:
    """Of the recipients too: when they change, every part is another."""
    return hmac.new(
        signing_key.seed, b"lightship vault names\0" + " ".join(sorted(recipients)).encode(), hashlib.sha256
    ).digest()


def _sealed(piece: Part, recipients: Sequence["x25519.Recipient"]) -> bytes:
    body: bytes = encrypt(zlib.compress(piece.label.encode() + b"\0" + piece.body), recipients)
    return body


@dataclass
class _Writer:
    """Writes one copy: parts first, the index after them, and only then away with what no index needs. `revived`: parts put
    that were spare, so that another worker may be removing them."""

    shelf: CopyTarget
    key: bytes = field(repr=False)
    now: datetime
    reason: str = ""
    before: Index | None = None
    held: set[str] = field(default_factory=set)
    spare: dict[str, datetime] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    revived: list[File] = field(default_factory=list)
    put: int = 0
    sent: int = 0

    @property
    def copy(self) -> Copy:
        shelf = self.shelf
        return Copy(host=shelf.host, page=shelf.page, reason=self.reason, parts=len(self.names), put=self.put, sent=self.sent)

    @property
    def place(self) -> Place:
        if self.shelf.place is None:
            raise VaultError("it has no place that strangers cannot reach: give it one (`vault`), or say [vault] public = true")
        return self.shelf.place

    async def guarded(self, step: Awaitable[None]) -> None:
        """Whatever becomes of one copy, the others go on."""
        try:
            await step
        except (HostError, VaultError, WireError, OSError) as error:
            self.reason = str(error)

    async def open(self, *, closely: bool) -> None:
        held = await in_time(self.place.read(INDEX_PATH))
        try:
            self.before = index_in(held.body, self.shelf.signing_key.verify) if held else None
        except NotOurs as error:
            what = "it may be all that is left of another desk. Move it away, or give this host another `vault`"
            raise VaultError(f"{error}: {what}") from error
        except WireError:
            self.before = None  # torn, which no host ought to leave: as if it were not there
        if self.before and self.before.page != self.shelf.page:
            raise VaultError("another page's vault lies there: give each host a `vault` of its own")
        if self.before and self.before.epoch > self.shelf.epoch:
            raise VaultError("a newer desk keeps its vault there: this one has been replaced")
        self.held = set(self.before.parts) if self.before else set()
        if closely:
            found = parts([self.place], sorted(self.held), self.shelf.signing_key.verify)
            self.held = {name async for name, body in found if isinstance(body, bytes)}
        if spare := await in_time(self.place.read(SPARE_PATH)):
            self.spare = spare_in(spare.body)

    def lacking(self, batch: Sequence[Part]) -> list[Part]:
        return [] if self.reason else [piece for piece in batch if self.name(piece) not in self.held]

    def name(self, piece: Part) -> str:
        return name_of(self.key, piece.label, piece.body)

    async def take(self, batch: Sequence[Part], sealed: dict[Part, bytes]) -> None:
        """Put what is lacking of a batch. The names come first: if we are killed now, they tell what lies here for nothing."""
        if self.reason:
            return
        named = {self.name(piece): piece for piece in batch}
        self.names += named
        new = {name: piece for name, piece in named.items() if name not in self.held}
        if not new:
            return
        sign = self.shelf.signing_key.sign
        files = {name: File(path_of(name), part_out(name, sealed[piece], sign)) for name, piece in new.items()}
        self.revived += [file for name, file in files.items() if name in self.spare]
        self.spare |= dict.fromkeys(new, self.now)
        await self.write([File(SPARE_PATH, spare_out(self.spare))])
        await self.write(list(files.values()))
        self.put += len(new)

    async def finish(self) -> None:
        if self.reason:
            return
        before, names = self.before, tuple(self.names)
        if (
            before
            and not self.put
            and (before.parts, before.epoch) == (names, self.shelf.epoch)
            and self.now - before.at < FRESH
        ):
            return
        self.spare |= dict.fromkeys((before.parts if before else ()), self.now)
        self.spare = {name: since for name, since in self.spare.items() if name not in set(names)}
        gone = aged(self.spare, names, self.now)
        index = Index(page=self.shelf.page, epoch=self.shelf.epoch, at=self.now, parts=names)
        # The names of what the new index drops come before it, and those of what is removed go after the parts themselves.
        await self.write([File(SPARE_PATH, spare_out(self.spare))])
        await self.write([File(INDEX_PATH, index_out(index, self.shelf.signing_key.sign, self.shelf.signing_key.public))])
        if gone:
            await self.remove(gone)
        await self.write([file for file in self.revived if await in_time(self.place.read(file.path)) is None])

    async def remove(self, gone: Sequence[str]) -> None:
        """Another worker may be naming one of them at this very moment. If its index comes before we read it here, we put the
        part back; if it comes later, so does that worker's own look at what it revived."""
        held = {path: await in_time(self.place.read(path)) for path in map(path_of, gone)}
        await self.write([File(path, None) for path in held])
        index = await in_time(self.place.read(INDEX_PATH))
        named = {path_of(name) for name in index_in(index.body, self.shelf.signing_key.verify).parts} if index else set()
        await self.write([File(path, part.body) for path, part in held.items() if part and path in named])
        await self.write([File(SPARE_PATH, spare_out({k: v for k, v in self.spare.items() if k not in gone}))])

    async def write(self, files: Sequence[File]) -> None:
        if not files:
            return
        await in_time(self.place.put(files))
        self.sent += sum(len(file.body or b"") for file in files)
