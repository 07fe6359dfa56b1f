"""A budget from a file: brought, its columns named, tried out, taken in; or from the ERP (B8, R1, R2)."""

from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import File, Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.file_import import FileImport
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, Fault, NotFound, UsageError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import require
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.downloads import CSV
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.uploads import Uploads
from erp_bridge_core.web.views.budget import Desk, budget_path, desk
from erp_bridge_core.web.views.budget_import import (
    OPTIONS,
    choices_of,
    columns_form,
    file_options,
    known_columns,
    read_head,
)

_MODE: Final = Form(
    (
        Field(
            name="mode",
            label="Lines that are there",
            kind="select",
            choices=(("keep", "keep them, and add the ERP's"), ("override", "put the ERP's in their place")),
        ),
    )
)
#: Faults of a file that its page shows; the file of faults has all of them.
_SHOWN: Final = 200


@get("/projects/{number:str}/budget/import", sync_to_thread=True)
def show_import(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """Where a file is chosen, and where the ERP's figures are asked for."""
    return _start(request, application, actor, number)


@post("/projects/{number:str}/budget/import", sync_to_thread=True)
def bring_file(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Keep the file for this person, and go on to its columns."""
    require(desk(application, actor, number).ways.may_edit)
    file = posted.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        fault = BadInput("No file was chosen.", remedy="Choose a CSV or XLSX file.")
        return _start(request, application, actor, number, refused=fault)
    uploads = _uploads(application, actor, number)
    key = uploads.keep(file.filename, file.file)
    try:
        read_head(uploads.find(key), file_options(OPTIONS.read({})))
    except BadInput as error:
        uploads.forget()
        return _start(request, application, actor, number, refused=error)
    return redirect(request, budget_path(number, "import", key))


@get("/projects/{number:str}/budget/import/{key:str}", sync_to_thread=True)
def show_columns(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], key: FromPath[str]
) -> Response[str]:
    """The file's header and first rows, and which column is which."""
    return _FilePage(request, application, actor, number, key).show({})


@post("/projects/{number:str}/budget/import/{key:str}", sync_to_thread=True)
def take_file(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    key: FromPath[str],
    posted: GivenForm,
) -> Response[str] | Redirect:
    """Look at the file anew, try it out, or take it in: all or nothing."""
    return _FilePage(request, application, actor, number, key).answer(posted)


@get("/projects/{number:str}/budget/import/{key:str}/faults", sync_to_thread=True)
def give_faults(*, application: GivenApplication, actor: GivenActor, number: FromPath[str], key: FromPath[str]) -> File:
    """Every bad row with what is wrong with it, as a CSV file that is safe to open."""
    application.projects.show(actor, number)
    uploads = _uploads(application, actor, number)
    path = uploads.beside(key)
    if not path.is_file():
        raise NotFound("No faults were written for this file.", remedy="Check the file first.")
    return File(path, filename=f"{uploads.find(key).stem}-faults.csv", media_type=CSV)


@post("/projects/{number:str}/budget/import-from-erp", sync_to_thread=True)
def import_from_erp(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Make the ERP's own figures the budget, while nothing was ever exported."""
    filled = _MODE.read(posted)
    mode = filled.values.get("mode") if application.budgets.show(actor, number).totals.lines else None
    try:
        done = application.budgets.import_from_erp(actor, number, mode=mode)
    except BadInput as error:
        return _start(request, application, actor, number, refused=error)
    told = f"{done.lines:,} lines were imported from {done.job}. Only what differs from them will be sent."
    return redirect(request, budget_path(number), flash=Flash(told))


class _FilePage:
    """The page of one file that was brought."""

    def __init__(self, request: WebRequest, application: Application, actor: Actor, number: str, key: str) -> None:
        self._request, self._application, self._actor, self._number = request, application, actor, number
        self._key = key
        self._here = desk(application, actor, number)
        self._uploads = _uploads(application, actor, number)
        self._path = self._uploads.find(key)

    def answer(self, posted: FormMultiDict) -> Response[str] | Redirect:
        then = str(posted.get("then") or "check")
        if then == "discard":
            self._uploads.forget()
            return redirect(self._request, budget_path(self._number, "import"), flash=Flash("The file was removed."))
        options = OPTIONS.read(posted)
        if then == "look" or not options.is_good:
            return self.show(posted)
        try:
            head = read_head(self._path, file_options(options))
            filled = columns_form(head).read(posted)
            if not filled.is_good:
                return self.show(posted, status=422)
            done = self._import(options, filled, trial=then != "import")
        except (BadInput, UsageError) as error:
            return self.show(posted, refused=error, status=422)
        if then != "import":
            return self.show(posted, tried=done)
        self._uploads.forget()
        told = f"{done.lines:,} lines were imported from {done.file}."
        return redirect(self._request, budget_path(self._number), flash=Flash(told))

    def show(
        self,
        posted: FormMultiDict | dict[str, str],
        *,
        refused: ErpBridgeError | None = None,
        tried: FileImport | None = None,
        status: int = 200,
    ) -> Response[str]:
        options = OPTIONS.read(posted) if posted else OPTIONS.empty(header_row="1")
        head, columns = None, None
        try:
            head = read_head(self._path, file_options(options) if posted else file_options(OPTIONS.read({})))
            columns = self._columns(columns_form(head), posted)
        except (BadInput, UsageError) as error:
            refused, status = refused or error, 422
        if columns is None:
            remembered = self._application.budgets.remembered_mapping(self._actor, self._number)
            policy = self._application.companies.show(self._actor).policy
            known = known_columns(head, remembered, duplicates=policy.duplicates) if head else {}
            columns = columns_form(head).empty(**known) if head else None
        return render(
            self._request,
            "budget/import_file.html",
            status=status if options.is_good else 422,
            here=self._here,
            key=self._key,
            name=self._path.name,
            options=options,
            head=head,
            columns=columns,
            refused=refused,
            faults=_first(refused),
            has_file=self._uploads.beside(self._key).is_file(),
            tried=tried,
        )

    @staticmethod
    def _columns(form: Form, posted: FormMultiDict | dict[str, str]) -> Filled | None:
        """What was chosen; None where nothing was, or the header is another one now."""
        return form.read(posted) if posted and posted.get("then") != "look" else None

    def _import(self, options: Filled, filled: Filled, *, trial: bool) -> FileImport:
        beside = self._uploads.beside(self._key)
        beside.unlink(missing_ok=True)
        choices = choices_of(filled, file_options(options), trial=trial, faults_to=beside)
        return self._application.budgets.import_file(self._actor, self._number, self._path, choices=choices)


def _first(refused: ErpBridgeError | None) -> tuple[Fault, ...]:
    return refused.faults[:_SHOWN] if refused else ()


def _uploads(application: Application, actor: Actor, number: str) -> Uploads:
    """Where this person's file of this budget is kept, over a new sign-in, too; nobody else finds it."""
    return Uploads(application.home, (actor.login, actor.company, number))


def _start(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    *,
    refused: ErpBridgeError | None = None,
) -> Response[str]:
    here: Desk = desk(application, actor, number)
    return render(
        request,
        "budget/import.html",
        status=200 if refused is None else 422,
        here=here,
        refused=refused,
        faults=_first(refused),
        mode=_MODE.empty(mode="keep"),
        has_lines=application.budgets.show(actor, number).totals.lines > 0,
    )


HANDLERS: Final = (show_import, bring_file, show_columns, take_file, give_faults, import_from_erp)
