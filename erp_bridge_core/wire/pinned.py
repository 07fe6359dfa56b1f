"""The lowest floor: connections that go only to pinned addresses and report when the first byte leaves."""

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

from erp_bridge_core.wire.exchange import current_exchange


def _connect(connection: HTTPConnection) -> socket.socket:
    exchange = current_exchange()
    if exchange is None:
        raise RuntimeError("a guarded connection is used outside an exchange")
    exchange.reached = True
    try:
        addresses = exchange.addresses.addresses(connection.host, connection.port)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    opened = _connect_to_first(connection, addresses)
    exchange.connected(opened)
    return opened


def _connect_to_first(connection: HTTPConnection, addresses: tuple[str, ...]) -> socket.socket:
    last: OSError = OSError("it has no address")
    for address in addresses:
        try:
            return create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "the connection timed out") from last
    raise NewConnectionError(connection, f"it can't be connected: {last}") from last


def _begin(connection: HTTPConnection) -> None:
    """Connect if need be and pass the last check; afterwards a failure is a doubt."""
    exchange = current_exchange()
    if exchange is None:
        raise RuntimeError("a guarded connection is used outside an exchange")
    used = getattr(connection, "was_used", False)
    if exchange.is_write and used:
        # A kept connection may be dead at the other end, and that would show only after the body went out.
        connection.close()
    if connection.sock is None:
        connection.connect()
    else:
        exchange.reached = True
        exchange.connected(connection.sock)
    connection.was_used = True  # type: ignore[attr-defined]
    exchange.about_to_send()


class GuardedConnection(HTTPConnection):
    """A plain connection, for loopback."""

    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send a request; the exchange is told just before."""
        _begin(self)
        super().request(*arguments, **options)


class GuardedTlsConnection(HTTPSConnection):
    """A TLS connection: certificate and name are checked against the host's name, not the pinned address."""

    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send a request; the exchange is told just before."""
        _begin(self)
        super().request(*arguments, **options)


class GuardedPool(HTTPConnectionPool):
    """Guarded plain connections."""

    ConnectionCls = GuardedConnection


class GuardedTlsPool(HTTPSConnectionPool):
    """Guarded TLS connections."""

    ConnectionCls = GuardedTlsConnection


class GuardedPools(HTTPAdapter):
    """The transport of requests over guarded connections; urllib3 itself retries nothing."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002 - the library's signature
        """Make the pools from our classes."""
        self._pool_connections, self._pool_maxsize, self._pool_block = connections, maxsize, block
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTlsPool}
