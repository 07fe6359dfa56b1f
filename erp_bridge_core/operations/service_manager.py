"""What systemd is told of a process (sd_notify): that it is ready, lives, ends. Elsewhere nobody is told anything."""

import os
import socket
from typing import Final

_ADDRESS: Final = "NOTIFY_SOCKET"
_WATCHDOG: Final = "WATCHDOG_USEC"
READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def notify(state: str) -> bool:
    """Tell the service manager; whether there is one that was told."""
    address = os.environ.get(_ADDRESS, "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return False
    # An abstract socket is written with @ and addressed with NUL.
    place = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(place)
            channel.sendall(state.encode())
    except OSError:
        return False
    return True


def watchdog_seconds() -> float | None:
    """How often to say that we live: half of what the service manager waits; None where nobody waits."""
    given = os.environ.get(_WATCHDOG, "")
    return int(given) / 2_000_000 if given.isascii() and given.isdigit() and int(given) else None
