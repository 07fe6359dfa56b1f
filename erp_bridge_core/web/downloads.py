"""Files that are made when somebody asks for them: by the services' own writers, whole or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from litestar import Response
from litestar.response import Stream

from erp_bridge_core.web.uploads import safe_name

#: Whoever answers with it is told the encoding by the framework.
CSV: Final = "text/csv"
BYTES: Final = "application/octet-stream"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_PIECE: Final = 64 * 1024


def download(write: Callable[[Path], object], name: str, kind: str) -> Response[Any]:
    """The file that `write` makes, to be kept under `name`, which is a plain one of ours.

    It goes out as it is read: a report of a million keys does not fit into memory.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        write(file)
        # Without its name it is gone when it was read, or when whoever asked has left.
        opened = file.open("rb")
    disposition = f'attachment; filename="{safe_name(name)}"'
    return Stream(_pieces(opened), media_type=kind, headers={"Content-Disposition": disposition})


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        yield from iter(lambda: opened.read(_PIECE), b"")


def attached(content: bytes, name: str, kind: str) -> Response[bytes]:
    """Bytes as a file to be kept; of its name what is plain."""
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe_name(name)}"'}
    )
