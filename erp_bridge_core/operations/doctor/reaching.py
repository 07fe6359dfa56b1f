"""Whether others can be reached from here: a connection and a handshake; nothing is said, so that no user is locked."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.upkeep.findings import Looked, failed, fine

_SECONDS: Final = 5.0
_HTTPS: Final = 443
_REMEDY: Final = "Look at the name, the network and the firewall; for a certificate, at `ca_file`."
#: Where mail servers listen, by how the connection is secured.
_MAIL_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


def reach_out(configuration: Configuration) -> Iterator[Looked]:
    """Every host that a connection may talk to, and the mail server."""
    for connection in configuration.connections.values():
        for host in connection.http.hosts:
            name, port = _split(host, _HTTPS)
            yield _reached(f"{connection.name}: {host}", name, port, tls=not connection.http.plain_http,
                           ca_file=connection.http.ca_file or "")  # fmt: skip
        if connection.files.root:
            yield _share(connection.name, connection.files.root)
    mail = configuration.mail
    if mail.host:
        yield _mail(mail)


def _mail(mail: MailConfig) -> Looked:
    port = mail.port or _MAIL_PORTS[mail.security]
    return _reached(f"mail: {mail.host}", mail.host, port, tls=mail.security == "tls", ca_file=mail.ca_file)


def _share(name: str, root: str) -> Looked:
    if Path(root).is_dir():
        return fine("reach", f"{name}: the folder {root} is there.")
    return failed("reach", f"{name}: the folder {root} is not there.", remedy="Mount the share.")


def _split(host: str, usual: int) -> tuple[str, int]:
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and (host.count(":") == 1 or name.endswith("]")):
        return name.strip("[]"), int(port)
    return host.strip("[]"), usual


def _reached(what: str, host: str, port: int, *, tls: bool, ca_file: str) -> Looked:
    try:
        with closing(socket.create_connection((host, port), _SECONDS)) as plain:
            if tls:
                context = ssl.create_default_context(cafile=ca_file or None)
                with context.wrap_socket(plain, server_hostname=host):
                    pass
    except (OSError, ValueError) as error:
        return failed("reach", f"{what} can't be reached: {getattr(error, 'strerror', None) or error}.", remedy=_REMEDY)
    return fine("reach", f"{what} answers on port {port}{', with a good certificate' if tls else ''}.")
