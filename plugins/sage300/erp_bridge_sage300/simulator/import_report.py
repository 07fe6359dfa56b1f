"""The paper of one import: the Estimate Import Report, and the rejection file with the rejected records as they were.

Both are gathered in temporary files while the import streams, since either may be as long as the estimate itself.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Final, Self

from erp_bridge_sage300.simulator.amounts import shown
from erp_bridge_sage300.simulator.records import Estimate, Record

_IN_MEMORY: Final = 1_000_000
_CHUNK: Final = 65_536


class ImportPapers:
    """Gathers accepted and rejected records in their order."""

    def __init__(self) -> None:
        """Start empty; use it as a context manager, which frees the temporary files."""
        self._stack = ExitStack()
        self._accepted = self._file()
        self._errors = self._file()
        self._rejects = self._file()
        self._job_record: Record | None = None
        self.accepted = 0
        self.amount = 0
        self.rejected = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def job_record(self, record: Record) -> None:
        """Remember the job record that heads the next records; it goes along with the first rejected one of them."""
        self._job_record = record

    def accept(self, record: Record, place: str, estimate: Estimate) -> None:
        """Put a record on the accepted list."""
        self.accepted += 1
        self.amount += estimate.amount
        line = f"{record.number:>8}  {place}  {estimate.description:<30}  {shown(estimate.amount):>14}\r\n"
        self._accepted.write(line.encode())

    def reject(self, record: Record, why: str) -> None:
        """Put a record on the error list and, as it was, into the rejection file."""
        self.rejected += 1
        if self._job_record is not None:
            self._rejects.write(_whole_line(self._job_record))
            self._job_record = None
        self._rejects.write(_whole_line(record))
        shown_record = record.raw.rstrip(b"\r\n").decode(errors="replace")
        self._errors.write(f"{record.number:>8}  {why}: {shown_record}\r\n".encode())

    def rejects(self) -> Iterator[bytes]:
        """The rejection file; empty when nothing was rejected."""
        return _chunks(self._rejects)

    def report(self, head: list[str], stopped: list[str]) -> Iterator[bytes]:
        """The Estimate Import Report; a run that stopped has errors alone."""
        yield _lines(["Estimate Import Report", *head, ""])
        if stopped:
            yield _lines(["Errors. The run stopped; no record was imported.", *stopped])
            return
        yield _lines([f"Accepted: {self.accepted}, total {shown(self.amount)}"])
        yield from chain(_chunks(self._accepted), [_lines(["", f"Rejected: {self.rejected}"])], _chunks(self._errors))

    def _file(self) -> IO[bytes]:
        return self._stack.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))


def _whole_line(record: Record) -> bytes:
    return record.raw if record.raw.endswith(b"\n") else record.raw + b"\r\n"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _lines(texts: list[str]) -> bytes:
    return "".join(f"{text}\r\n" for text in texts).encode()
