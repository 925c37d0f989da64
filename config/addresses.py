"""Addresses the server listens on: sockets bound before the settings load, so that every derived URL is right."""

import ipaddress
import os
import socket

from config.errors import PortError

BACKLOG = 2048
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 lets the system choose one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as err:
        raise PortError(f"cannot listen on {host} port {port}: {_reason(err)}") from err
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        # Listening claims the port at once: two sockets that are only bound may share it.
        sock.listen(BACKLOG)
    except OSError as err:
        sock.close()
        raise PortError(f"cannot listen on {host} port {port}: {_reason(err)}") from err
    sock.setblocking(False)
    return sock


def port_of(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port


def url(scheme: str, host: str, port: int) -> str:
    """The URL at which this machine reaches a server bound to `host`."""
    reachable = ANY.get(host, host)
    return f"{scheme}://[{reachable}]:{port}" if ":" in reachable else f"{scheme}://{reachable}:{port}"


def _reason(err: OSError | OverflowError) -> str:
    # asyncio and getaddrinfo word the same error numbers differently; the system's own words are the shortest.
    if isinstance(err, OSError) and err.errno is not None and err.errno > 0:
        return os.strerror(err.errno).lower()
    return str(err)
