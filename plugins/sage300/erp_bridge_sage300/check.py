"""Whether a connection works: folders, reports, rejection file, hh2, ODBC. Looks only, and tells the good ones too."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from attrs import asdict

from erp_bridge_core.contract import Checked
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_sage300.hh2 import Hh2
from erp_bridge_sage300.odbc import Odbc
from erp_bridge_sage300.report import report_headers
from erp_bridge_sage300.settings import FILE
from erp_bridge_sage300.share import MARKER, ORIGINAL, SageErp, control

Look = Callable[[], str]
#: Any name at the share's root: asking for it shows whether the share is there.
PROBE = "erp-bridge-probe"


def check_connection(erp: SageErp) -> Iterator[Checked]:
    """Yield one `Checked` per thing looked at."""
    settings = erp.settings
    yield _look("share", lambda: _share(erp))
    yield _look("rejection file", lambda: _rejection_file(erp))
    columns = asdict(settings.report_columns)
    yield _look("job cost report", lambda: _report(erp, settings.job_cost_report, columns))
    if settings.extras_report:
        columns = asdict(settings.extras_columns)
        yield _look("list of Extras", lambda: _report(erp, settings.extras_report, columns))
    if settings.hh2_base:
        yield _look("hh2", lambda: _hh2(erp))
    if settings.odbc_connection:
        yield _look("ODBC", lambda: _odbc(erp))
    if not settings.hh2_base and not settings.odbc_connection:
        yield Checked(
            name="masters",
            ok=False,
            message="No route reads jobs, cost codes and categories.",
            remedy="Set hh2_url with its four secrets, or odbc_connection.",
        )


def _look(name: str, look: Look) -> Checked:
    try:
        return Checked(name=name, ok=True, message=look())
    except ErpBridgeError as error:
        return Checked(name=name, ok=False, message=error.message, remedy=error.remedy)


def _share(erp: SageErp) -> str:
    root = erp.files.full_path(ORIGINAL)
    erp.files.exists(PROBE)  # raises when the share itself can't be seen
    try:
        control(erp)
    except ErpBridgeError:
        if erp.state.get("share") is not None:
            raise
        return f"The share can be seen; the first export makes {root} and the other folders."
    return f"{root} is in the share that was used before ({MARKER} read)."


def _rejection_file(erp: SageErp) -> str:
    path = erp.settings.reject_file
    parent = str(PurePosixPath(path).parent)
    where = f"Import Estimates shall write it to {erp.files.full_path(path)}"
    try:
        there = erp.files.exists(path)
    except ErpBridgeError:
        return f"{where}; the next export makes {parent}."
    if FILE in path:
        return f"{where}, {FILE} being the import file's name: each sheet says it."
    found = " One of an earlier import lies there." if there else ""
    return f"{where}. All imports share it, and each overwrites it: look before the next.{found}"


def _report(erp: SageErp, path: str, columns: dict[str, str]) -> str:
    report_headers(erp, path, columns)
    return f"{path} can be read and has the columns that are needed."


def _hh2(erp: SageErp) -> str:
    client = Hh2(erp, by_person=True)
    client.sign_in()
    next(client.jobs(), None)
    return f"{erp.settings.hh2_base} accepted the log-in and lists jobs."


def _odbc(erp: SageErp) -> str:
    next(Odbc(erp).standard_categories(), None)
    return "The data source answered."
