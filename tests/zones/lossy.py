"""A road to a name server on which replies get lost: a TCP proxy that swallows a share of them, after the server has acted."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def lossy(address: str, port: int, *, share: float, seed: int = 1, hanging: bool = False) -> Iterator[int]:
    """The port of the proxy. Of each connection's replies, either all arrive or none: then it is closed, or hangs."""
    chance, over = random.Random(seed), threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        listener.settimeout(0.2)

        def accept() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    client, _ = listener.accept()
                    lost = chance.random() < share
                    threading.Thread(target=_serve, args=(client, address, port, lost, hanging, over), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            thread.join()


def _serve(client: socket.socket, address: str, port: int, lost: bool, hanging: bool, over: threading.Event) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection((address, port), 30) as server:
        client.settimeout(30)
        upward = threading.Thread(target=_copy, args=(client, server), daemon=True)
        upward.start()
        if not lost:
            _copy(server, client)
        elif server.recv(65536) and hanging:
            over.wait()
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        upward.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
