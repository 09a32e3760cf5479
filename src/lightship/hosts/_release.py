"""How a release lies in a tree of files, and how it is made: what `folder` and `sftp` share.

    index.html           -> .lightship/current/index.html        a front path: a symlink that never changes
    incidents/x/index.html                                       a leaf page: a file in place
    .lightship/current   -> releases/00000012-9f3a21             the only thing that a release switches
    .lightship/releases/00000012-9f3a21/index.html               every front file of that release
    .lightship/scratch/                                          where files are written before they are renamed into place

So the root stays a real directory, which any web server serves and which may be a mount, and all front files change in
one rename.
"""

import secrets
from collections.abc import Iterable, Sequence

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held
from lightship.hosts._tree import HOME, RELEASES, SCRATCH, Tree, checked, drop_empty, forms, make_folders, scratch_of

CURRENT = f"{HOME}/current"

VARIANTS = (".br", ".gz")
STALE_SECONDS = 600


def link_target(path: str) -> str:
    """Where the symlink of a front path points: relative, so that the site may be moved or mounted elsewhere."""
    return "../" * path.count("/") + f"{CURRENT}/{path}"


def next_name(names: Iterable[str], nonce: str) -> str:
    return f"{max((number(name) for name in names), default=0) + 1:08d}-{nonce}"


def number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0


async def release(tree: Tree, files: Sequence[File], expecting: Held | None) -> None:
    """Make a new release of the files and switch to it; Conflict if another manifest than `expecting` lies there."""
    await _refuse_if_changed(tree, expecting)
    names, current = await _releases(tree)
    if not current:  # an empty one, so that the first release too replaces something
        empty = f"{RELEASES}/{next_name((), tree.nonce)}"
        await tree.make_folder(empty)
        await _point(tree, CURRENT, empty.removeprefix(f"{HOME}/"))
        names, current = await _releases(tree)
    base, new = f"{RELEASES}/{current}", f"{RELEASES}/{next_name(names, tree.nonce)}"
    # Links to any release that still lies here may have been left by a publisher that was killed.
    known = {path.split("/", 3)[3] for path in await tree.files([f"{RELEASES}/{name}" for name in names])}
    paths = await _build(tree, new, base, files)
    await _link_in(tree, base, paths)
    # Only what the switch reveals must be on disk first. Losing the switch itself leaves the old release, whole.
    await tree.settle()
    await _refuse_if_changed(tree, expecting)
    await _point(tree, CURRENT, new.removeprefix(f"{HOME}/"))
    await _take_out(tree, known - paths, {path + variant for path in paths for variant in VARIANTS} - paths)


async def sweep(tree: Tree, *, locked: bool) -> None:
    """Remove old releases, and what killed publishers left: by age, unless a lock says that no living one makes a release."""
    names, current = await _releases(tree)
    # Of a publisher that never switched to them; and past ones, of which one is kept for readers that are half-way through it.
    unfinished = [f"{RELEASES}/{name}" for name in names if number(name) >= number(current) and name != current]
    past = [f"{RELEASES}/{name}" for name in sorted(names, key=number) if number(name) < number(current)]
    aging = [*([] if locked else unfinished), *(f"{SCRATCH}/{name}" for name in await tree.names(SCRATCH))]
    stale = [path for path, age in zip(aging, await tree.ages(aging), strict=True) if age > STALE_SECONDS]
    for path in (*stale, *(unfinished if locked else ()), *past[:-1]):
        await tree.drop_tree(path)


async def _refuse_if_changed(tree: Tree, expecting: Held | None) -> None:
    existing = await tree.read(MANIFEST_PATH)
    if (existing and existing.body) != (expecting and expecting.body):
        raise Conflict(f"another publisher released to {tree} meanwhile")


async def _releases(tree: Tree) -> tuple[list[str], str]:
    """The names of all, and of the current one; empty where there is none."""
    target, names = await tree.link_of(CURRENT), await tree.names(RELEASES)
    current = (target or "").rpartition("/")[2]
    return names, current if current in names else ""


async def _build(tree: Tree, new: str, base: str, files: Iterable[File]) -> set[str]:
    """Make the new release; the paths in it, variants too."""
    by_path = {checked(file.path): file for file in files if file.body is not None}
    await make_folders(tree, (f"{new}/{path}" for path in by_path))

    async def make(path: str) -> Iterable[str]:
        file, carried = by_path[path], list[str]()
        if not file.changed:
            # Out of the last release, where that can be.
            candidates = [path, *(path + variant for variant in VARIANTS)]
            carried = [form for form in candidates if await tree.link(f"{base}/{form}", f"{new}/{form}")]
        if path in carried:
            return carried
        bodies = {form: body for form, body in forms(file).items() if body is not None}
        for form, body in bodies.items():
            if form in carried:  # It is the old release's too: never write into it.
                await tree.unlink(f"{new}/{form}")
            await tree.write(f"{new}/{form}", body)
        return bodies

    return {path for made in await tree.for_each(make, by_path) for path in made}


async def _link_in(tree: Tree, base: str, paths: Iterable[str]) -> None:
    """Make each front path a symlink into the current release, without a moment in which a reader misses what was there.

    A file that lay in place is first put into the release that is still current, so that the link shows the same bytes.
    """

    async def link(path: str) -> None:
        temp = f"{scratch_of(tree)}/{secrets.token_hex(8)}"
        if await tree.copy(path, temp):
            await tree.rename(temp, f"{base}/{path}")
        await _point(tree, path, link_target(path))

    paths = sorted(paths)
    targets = await tree.for_each(tree.link_of, paths)
    wrong = [path for path, target in zip(paths, targets, strict=True) if target != link_target(path)]
    await make_folders(tree, [*wrong, *(f"{base}/{path}" for path in wrong)])
    await tree.for_each(link, wrong)


async def _take_out(tree: Tree, links: set[str], strays: set[str]) -> None:
    """Remove the links to what is no longer a front path, and variants of what lay there as a leaf page before."""

    async def unlink(path: str) -> None:
        # Where no such link is, a leaf page may have taken the path over: it stays.
        if await tree.link_of(path) == link_target(path):
            await tree.unlink(path)

    await tree.for_each(unlink, links - strays)
    await tree.for_each(tree.unlink, strays)
    await drop_empty(tree, links - strays)


async def _point(tree: Tree, path: str, target: str) -> None:
    """Make the path a symlink, in place of whatever file or link is there."""
    temp = f"{scratch_of(tree)}/{secrets.token_hex(8)}"
    await tree.symlink(temp, target)
    await tree.rename(temp, path)
