"""How the vault is laid out: rows in parts that one changed row does not all change, and a signed index that names the parts.

    index              signed with the page's key; names the parts, first to last
    spare              the names of parts that may lie here though the index does not need them, and since when
    parts/3f/3f9a…     a part: the signature of its name and bytes, then the bytes, encrypted to the recovery keys

Names are keyed hashes of what the parts hold: without the key they reveal nothing. Equal parts have equal names, so that two
writers at once, or a writer that was killed and started again, write the same files.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from lightship.core.site.manifest import Sign, Verify, check_signature, signed
from lightship.core.wire import WireError, canonical, from_json, moment, reading, stamp, to_json

INDEX = "lightship-vault/1"
SPARE = "lightship-vault-spare/1"
PART = b"lightship-vault-part/1\0"
INDEX_PATH = "index"
SPARE_PATH = "spare"
SIGNATURE = 64

ROWS = 256
"""How many rows a part has on average. Fewer: longer indexes; more: longer parts for one changed row."""

GRACE = timedelta(hours=1)
"""How long a part stays that no index needs: another worker, or a restore, may be about to need it."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """`epoch`: the desk that writes this vault; a desk of a lower epoch must not write over it."""

    page: str
    epoch: int
    at: datetime
    parts: tuple[str, ...]


def index_out(index: Index, sign: Sign, key: bytes) -> bytes:
    return signed({"format": INDEX, **to_json(index)}, sign, key)


def index_in(body: bytes, verify: Verify) -> Index:
    with reading("the vault's index", body, INDEX) as raw:
        check_signature(raw, verify, "the vault's index")
        if not all(is_name(name) for name in raw["parts"]):
            raise WireError("the vault's index names what is no part")
        return from_json(Index, raw)


def name_of(key: bytes, label: str, body: bytes) -> str:
    """32 hexadecimal digits. `key`: a secret of those who may write the vault."""
    return hmac.new(key, label.encode() + b"\0" + body, hashlib.sha256).hexdigest()[:32]


def is_name(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[0-9a-f]{32}", text) is not None


def path_of(name: str) -> str:
    return f"parts/{name[:2]}/{name}"


def part_out(name: str, sealed: bytes, sign: Sign) -> bytes:
    return sign(PART + name.encode() + sealed) + sealed


def part_in(name: str, body: bytes, verify: Verify) -> bytes:
    """The encrypted rows. WireError if it is not the part of that name as the page's key signed it."""
    sealed = body[SIGNATURE:]
    if not verify(PART + name.encode() + sealed, body[:SIGNATURE]):
        raise WireError(f"part {name} was changed by another hand, or cut short")
    return sealed


def spare_out(spare: Mapping[str, datetime]) -> bytes:
    return canonical({"format": SPARE, "parts": {name: stamp(since) for name, since in spare.items()}})


def spare_in(body: bytes) -> dict[str, datetime]:
    """It is not signed, for it only names what may be deleted: a list that cannot be read is an empty one."""
    try:
        with reading("the list of spare parts", body, SPARE) as raw:
            return {name: moment(since) for name, since in raw["parts"].items() if is_name(name)}
    except WireError:
        return {}


def aged(spare: Mapping[str, datetime], needed: Iterable[str], now: datetime) -> list[str]:
    """The spare parts that may be deleted."""
    needed_names = set(needed)
    return sorted(name for name, since in spare.items() if name not in needed_names and now - since > GRACE)


def grouped(rows: Iterable[tuple[str, Row]], rows_a_part: int = ROWS) -> Iterator[Sequence[Row]]:
    """Split rows, each with its key and in the order of keys, into groups. The keys alone decide where a group ends: a row
    that is added, removed or changed changes its own group and no other (two groups where one ends with it)."""
    group: list[Row] = []
    for key, row in rows:
        group.append(row)
        ends = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") % rows_a_part == 0
        if ends or len(group) >= 8 * rows_a_part:  # chance makes a group that long once in three thousand: memory is bounded
            yield group
            group = []
    if group:
        yield group
