"""Files that are made when somebody asks for them: by the services' own writers, whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from litestar import Response

#: Whoever answers with it is told the encoding by the framework.
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(write: Callable[[Path], object], name: str, kind: str) -> Response[bytes]:
    """The file that `write` makes, to be kept under `name`, which is a plain one of ours."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        write(file)
        content = file.read_bytes()
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
