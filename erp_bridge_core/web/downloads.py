"""Files that are made when somebody asks for them: by the services' own writers, whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from litestar import Response

from erp_bridge_core.web.uploads import safe_name

#: Whoever answers with it is told the encoding by the framework.
CSV: Final = "text/csv"
BYTES: Final = "application/octet-stream"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(write: Callable[[Path], object], name: str, kind: str) -> Response[bytes]:
    """The file that `write` makes, to be kept under `name`, which is a plain one of ours."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        write(file)
        content = file.read_bytes()
    return attached(content, name, kind)


def attached(content: bytes, name: str, kind: str) -> Response[bytes]:
    """Bytes as a file to be kept; of its name what is plain."""
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe_name(name)}"'}
    )
