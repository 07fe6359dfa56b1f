"""What a request asks for, read to its end before a transaction opens: the source may be slow, or cut it short."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Final, Self

from attrs import define, field, frozen

from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.source import SourceRequest, SourceTransaction

#: Bytes that stay in memory.
_IN_MEMORY: Final = 4 * 1024 * 1024
LONGEST_ID: Final = 200
LONGEST_CODE: Final = 64
MOST_FAULTS: Final = 200


@frozen(kw_only=True)
class AskedFor:
    """One transaction as it was asked for; `amount` is exact."""

    id: str
    key: LineKey
    part: Part
    amount: Decimal
    change: str


def _private_file() -> IO[str]:
    return SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")


@define
class Asked:
    """All that one request asks for, in a private file. Use it as a context."""

    _file: IO[str] = field(factory=_private_file, repr=False)
    count: int = field(default=0, init=False)
    content_hash: str = field(default="", init=False)

    @classmethod
    def of(cls, request: SourceRequest) -> Self:
        """Drain its transactions; raises what their stream raises, and BadInput with every fault of what they hold."""
        asked = cls()
        try:
            asked._drain(request.transactions, [request.kind.value, request.project, request.job])
        except BaseException:
            asked.close()
            raise
        return asked

    def __iter__(self) -> Iterator[AskedFor]:
        self._file.seek(0)
        for line in self._file:
            number, sub_job, cost_code, category, part, amount, change = json.loads(line)
            key = LineKey(sub_job, cost_code, category)
            yield AskedFor(id=number, key=key, part=Part(part), amount=Decimal(amount), change=change)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drain(self, transactions: Iterable[SourceTransaction], head: list[str]) -> None:
        digest = sha256(json.dumps(head).encode())
        faults: list[Fault] = []
        for each in transactions:
            faults += _faults(each)
            if len(faults) >= MOST_FAULTS:
                break
            key = each.key
            line = json.dumps(
                [each.id, key.sub_job, key.cost_code, key.category, each.part.value, plain(each.amount), each.change]
            )
            digest.update(line.encode())
            self._file.write(f"{line}\n")
            self.count += 1
        if faults:
            raise BadInput("The request can't be understood.", faults=faults, remedy="Have it put right at the source.")
        self.content_hash = digest.hexdigest()


def _faults(each: SourceTransaction) -> list[Fault]:
    """What no table of ours holds."""
    where = f"transaction {each.id[:100]}"
    faults = []
    if not each.id or len(each.id) > LONGEST_ID or len(each.change) > LONGEST_ID:
        faults.append(Fault(where, "has no id, or too long a one", expected=f"1 to {LONGEST_ID} characters"))
    codes = (each.key.sub_job, each.key.cost_code, each.key.category)
    if not each.key.cost_code or any(len(code) > LONGEST_CODE or code != code.strip() for code in codes):
        faults.append(Fault(where, "has no budget code, or too long a one", value=str(each.key)[:200]))
    return faults
