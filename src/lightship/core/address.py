"""ADDRESS:PORT, as it is typed and configured: `127.0.0.1:8444`, `[::1]:8444`."""


def host_and_port(text: str) -> tuple[str, int]:
    """The address without brackets, and the port. ValueError where there is no port from 1 to 65535."""
    address, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("should be ADDRESS:PORT, such as 0.0.0.0:8444 or [::]:8444")
    return address.strip("[]"), int(port)
