"""`/projects/{number}/budget/import…`: a budget from a file or from the ERP (B8, R1, R2)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Annotated, Final, Literal

import msgspec
from attrs import frozen
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody, MultipartBody

from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.sources.tables import FileOptions
from erp_bridge_core.web.api.models import Body, made
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("imports")


@frozen(kw_only=True)
class MergedModel:
    """What became of the budget's lines."""

    added: int
    replaced: int
    zeroed: int
    dropped: int


@frozen(kw_only=True)
class FileImportModel:
    """What was imported from a file; `guessed` names fields whose column was told from the header."""

    file: str
    sha256: str
    job: str
    lines: int
    rows: int
    rows_read: int
    rows_filtered: int
    amount: str
    merged: MergedModel
    columns: Mapping[str, str]
    guessed: list[str]
    warnings: list[ProblemFault]
    warning_count: int


@frozen(kw_only=True)
class ColumnsModel:
    """Field -> header, header -> value of the rows that count, and field -> value for blank cells; all may be empty."""

    columns: Mapping[str, str]
    where: Mapping[str, str]
    defaults: Mapping[str, str]


@frozen(kw_only=True)
class ErpImportModel:
    """What was imported from the ERP, by which route it was read."""

    job: str
    route: str
    lines: int
    original: str
    changes: str
    merged: MergedModel


@frozen(kw_only=True)
class FileOrder:
    """A CSV or XLSX file, and what is said of it.

    `columns` (field -> header), `where` (header -> value) and `defaults` (field -> value) are JSON objects as text; the
    fields are job, sub_job, cost_code, category, description, quantity, unit, unit_cost and amount. `mode` says what
    becomes of lines that are there, `duplicates` what of repeated keys; a `trial` changes nothing.
    """

    file: UploadFile
    trial: bool = False
    mode: Literal["keep", "override"] = "keep"
    duplicates: Literal["refuse", "sum"] | None = None
    job: str | None = None
    numbers: Literal["point", "comma", "auto"] = "point"
    columns: str = ""
    where: str = ""
    defaults: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class ErpOrder(Body):
    """What becomes of lines that are there; needed where there are any."""

    mode: Literal["keep", "override"] | None = None


@_on.act("/projects/{number:str}/budget/import", "Import a file")
def import_budget_file(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: MultipartBody[FileOrder]
) -> FileImportModel:
    """Import lines from a CSV or XLSX file, all or nothing; with `trial` all of it is checked and nothing changed."""
    choices = _choices(data)
    with _kept(data.file) as path:
        return made(FileImportModel, application.budgets.import_file(actor, number, path, choices=choices))


@_on.read("/projects/{number:str}/budget/columns", "Remembered columns")
def show_budget_columns(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> ColumnsModel:
    """Show which columns the last file of this budget was read by; an import that names none uses them."""
    found = application.budgets.remembered_mapping(actor, number)
    return made(ColumnsModel, found or ColumnMapping())


@_on.act("/projects/{number:str}/budget/import-from-erp", "Import from the ERP", *ERP)
def import_budget_from_erp(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[ErpOrder]
) -> ErpImportModel:
    """Import the ERP job's own figures, as long as nothing was ever exported to it."""
    return made(ErpImportModel, application.budgets.import_from_erp(actor, number, mode=data.mode))


@contextmanager
def _kept(upload: UploadFile) -> Iterator[Path]:
    """The file for as long as it is read, in a folder of its own; of the name that came with it only its end counts."""
    name = PurePath(upload.filename.replace("\\", "/")).name
    kind = ".xlsx" if name.lower().endswith(".xlsx") else ".csv"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"budget{kind}"
        with path.open("wb") as file:
            copyfileobj(upload.file, file)
        yield path


def _choices(order: FileOrder) -> ImportChoices:
    texts = {name: _pairs(name, getattr(order, name)) for name in ("columns", "where", "defaults")}
    return ImportChoices(
        mapping=_mapping(texts) if any(texts.values()) else None,
        mode=order.mode,
        duplicates=order.duplicates,
        job=order.job,
        style=order.numbers,
        trial=order.trial,
        options=FileOptions(
            encoding=order.encoding or None,
            delimiter=order.delimiter or None,
            sheet=order.sheet or None,
            header_row=order.header_row,
        ),
    )


def _pairs(name: str, text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        fault = Fault(name, "is no JSON object of texts", value=text[:100], expected='such as {"amount": "Total"}')
        raise BadInput("The import can't be read.", remedy="Correct what is named.", faults=[fault]) from error


def _mapping(texts: Mapping[str, Mapping[str, str]]) -> ColumnMapping:
    return ColumnMapping.parse(
        **{name: [f"{one}={other}" for one, other in pairs.items()] for name, pairs in texts.items()}
    )


HANDLERS: Final = (import_budget_file, show_budget_columns, import_budget_from_erp)
