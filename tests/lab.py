"""Several machines on one: network namespaces on a bridge, for what only happens between hosts. Needs root and iproute2.

with network("a", "b", "primary") as nodes:
    subprocess.run([*nodes["a"].prefix, "nginx", ...])
    nodes["b"].do(look)          # in a thread that lives in b
    nodes["a"].drop("tcp dport 443")
"""

import contextlib
import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NEW_NETWORK = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_labs = count()

NO_WAIT = "net.ipv6.conf.default.accept_dad=0"
"""An IPv6 address may be used at once: nobody else here can have it."""


@dataclass(frozen=True)
class Node:
    """A machine of its own. `v4` and `v6` are its addresses."""

    space: str
    v4: str
    v6: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return "ip", "netns", "exec", self.space

    def run(self, *words: str) -> None:
        subprocess.run([*self.prefix, *words], check=True, capture_output=True)

    def do(self, work: Callable[[], T]) -> T:
        """In a thread that is in this machine's network."""
        found: list[T] = []
        wrong: list[BaseException] = []

        def there() -> None:
            try:
                self.enter()
                found.append(work())
            except BaseException as error:
                wrong.append(error)

        thread = threading.Thread(target=there, daemon=True)
        thread.start()
        thread.join()
        if wrong:
            raise wrong[0]
        return found[0]

    def enter(self) -> None:
        """For good: call it in a thread of its own."""
        with Path(f"/run/netns/{self.space}").open() as space:
            if _LIBC.setns(space.fileno(), NEW_NETWORK):
                raise OSError(ctypes.get_errno(), "setns")

    def drop(self, *rules: str) -> None:
        """What comes in and fits one of these nft rules is lost without a word; no rule: nothing is."""
        subprocess.run([*self.prefix, "nft", "flush", "ruleset"], check=True)
        if rules:
            lines = "".join(f"{rule} drop\n" for rule in rules)
            table = f"table inet lab {{\nchain in {{\ntype filter hook input priority 0;\n{lines}}}\n}}\n"
            subprocess.run([*self.prefix, "nft", "-f", "-"], input=table, text=True, check=True)

    def cut_off(self) -> None:
        """Nothing reaches it."""
        self.drop('iifname "eth0"')


@contextlib.contextmanager
def network(*names: str) -> Iterator[dict[str, Node]]:
    """Machines 10.77.10.2, 10.77.11.2, ... and fd77:0:0:10::2, ...: each in a network of its own, behind one router, and
    nobody else within reach."""
    lab = f"ls{os.getpid()}x{next(_labs)}"
    hub = f"{lab}-hub"
    with contextlib.ExitStack() as stack:
        _space(hub, stack)
        _set(hub, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", NO_WAIT)
        nodes = {}
        for number, name in enumerate(names, 10):
            node = Node(f"{lab}-{name}", f"10.77.{number}.2", f"fd77:0:0:{number}::2")
            _space(node.space, stack)
            _set(node.space, NO_WAIT)
            cable = f"to-{name}"
            _ip("link", "add", "name", cable, "netns", hub, "type", "veth", "peer", "name", "eth0", "netns", node.space)
            _ip("-n", node.space, "link", "set", "lo", "up")
            for space, link, ends in ((hub, cable, "1"), (node.space, "eth0", "2")):
                _ip("-n", space, "link", "set", link, "up")
                _ip("-n", space, "addr", "add", f"10.77.{number}.{ends}/24", "dev", link)
                _ip("-n", space, "addr", "add", f"fd77:0:0:{number}::{ends}/64", "dev", link, "nodad")
            _ip("-n", node.space, "route", "add", "default", "via", f"10.77.{number}.1")
            _ip("-n", node.space, "-6", "route", "add", "default", "via", f"fd77:0:0:{number}::1")
            nodes[name] = node
        yield nodes


def _space(name: str, stack: contextlib.ExitStack) -> None:
    _ip("netns", "add", name)
    stack.callback(_ip, "netns", "del", name)


def _set(space: str, *switches: str) -> None:
    subprocess.run(["ip", "netns", "exec", space, "sysctl", "-qw", *switches], check=True)


def _ip(*words: str) -> None:
    answer = subprocess.run(["ip", *words], capture_output=True, text=True)
    if answer.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {answer.stderr}")
