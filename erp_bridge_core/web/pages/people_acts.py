"""What an administrator does with one person: facts, rights, password, whether he may sign in at all."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.web.actors import WebRequest, actor_of, application_of
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.pages.people import (
    ACCOUNT,
    IDENTITY,
    IN_PROJECT,
    MEMBERSHIP,
    person_page,
    privilege_form,
    project_form,
)
from erp_bridge_core.web.pages.provider import identity_in
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.people import PersonDesk, person_desk, person_path

#: Bytes of chance in a password that is handed over.
_CHANCE: Final = 15


@post("/people/{login:str}/account", sync_to_thread=True)
def change_account(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Set the name and the mail address."""

    def change(values: dict[str, Any]) -> str:
        application.people.accounts.change(actor, login, name=values["name"], email=values["email"])
        return f"{values['name']} was changed."

    return _done(request, person_desk(application, actor, login), posted, ("account", ACCOUNT), change)


@post("/people/{login:str}/membership", sync_to_thread=True)
def set_membership(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Set the level on ERP Integrations, and whether he administers the company."""

    def change(values: dict[str, Any]) -> str:
        application.people.grant_membership(
            actor, login, integrations=values["integrations"], administrator=values["administrator"] == "yes"
        )
        return f"What {login} may do in the company was set."

    return _done(request, person_desk(application, actor, login), posted, ("membership", MEMBERSHIP), change)


@post("/people/{login:str}/project", sync_to_thread=True)
def set_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Set what he may do with one budget."""
    here = person_desk(application, actor, login)

    def change(values: dict[str, Any]) -> str:
        may_send = values["may_send"] == "yes"
        number = _known(here, "project", values["project"])
        application.people.grant_project(actor, login, number, level=values["level"], may_send=may_send)
        return f"{login} has {values['level'].replace('_', '-')} on the budget of {values['project']}."

    return _done(request, here, posted, ("project", project_form(here)), change)


@post("/people/{login:str}/privilege", sync_to_thread=True)
def grant_privilege(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Grant the privilege to push budgets to accounting."""
    here = person_desk(application, actor, login)

    def change(values: dict[str, Any]) -> str:
        application.people.grant_privilege(actor, login, project=_chosen_project(here, values))
        return f"{login} holds the privilege to push budgets to accounting."

    return _done(request, here, posted, ("privilege", privilege_form(here)), change)


@post("/people/{login:str}/privilege/revoke", sync_to_thread=True)
def revoke_privilege(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Redirect:
    """Take a privilege away; what was accepted with it fails its check when the export starts."""
    project = str(posted.get("project") or "") or None
    application.people.revoke_privilege(actor, login, project=project)
    where = "the whole company" if project is None else project
    return _back(request, login, f"The privilege of {login} for {where} was taken away.")


@post("/people/{login:str}/identities", sync_to_thread=True)
def link_identity(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Link him with what he is to a provider of sign-ins."""

    def change(values: dict[str, Any]) -> str:
        application.people.identities.link(actor, login, issuer=values["issuer"], subject=values["subject"])
        return f"{login} is linked, and may sign in that way from now on."

    return _done(request, person_desk(application, actor, login), posted, ("identity", IDENTITY), change)


@post("/people/{login:str}/identities/unlink", sync_to_thread=True)
def unlink_identity(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str], posted: GivenForm
) -> Redirect:
    """Take an identity from him; his sign-ins through it end."""
    application.people.identities.unlink(actor, login, **identity_in(posted))
    return _back(request, login, f"It was unlinked; sign-ins of {login} through it have ended.")


@post("/people/{login:str}/password", sync_to_thread=True)
def set_password(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]
) -> Response[str] | Redirect:
    """Make a new password, shown this once; one's own is changed on its own page."""
    if login == actor.login:
        return redirect(request, "/password")
    person = application.people.show(actor, login)
    password = secrets.token_urlsafe(_CHANCE)
    application.people.set_password(actor, login, password)
    return render(request, "people/password.html", person=person, password=password)


@post("/people/{login:str}/deactivate", sync_to_thread=True)
def deactivate(request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]) -> Redirect:
    """Let him sign in no more."""
    application.people.accounts.deactivate(actor, login)
    return _back(request, login, f"{login} can't sign in any more; sessions and tokens are refused.")


@post("/people/{login:str}/reactivate", sync_to_thread=True)
def reactivate(request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]) -> Redirect:
    """Let him sign in again."""
    application.people.accounts.reactivate(actor, login)
    return _back(request, login, f"{login} may sign in again, with what was granted before.")


@post("/people/{login:str}/remove", sync_to_thread=True)
def remove(request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]) -> Redirect:
    """Take him out of the company with all that was granted."""
    application.people.remove(actor, login)
    path = "/" if login == actor.login else "/people"
    return redirect(request, path, flash=Flash(f"{login} is no longer of this company."))


def _done(
    request: WebRequest,
    here: PersonDesk,
    posted: FormMultiDict,
    refusable: tuple[str, Form],
    change: Callable[[dict[str, Any]], str],
) -> Response[str] | Redirect:
    """Read the form, told by its name on the page, and do its change; whatever is refused is told beside it."""
    name, form = refusable
    filled = form.read(posted)
    if not filled.is_good:
        return person_page(request, here, status=422, **{name: filled})
    try:
        with application_of(request).store.if_still(partial(_require_seen, request, here, posted)):
            told = change(dict(filled.values))
    except (BadInput, NotFound, NotPossibleNow) as error:
        return person_page(request, here, status=status_of(error), **{name: filled.refused(error)})
    if here.is_oneself:  # he may have taken the company's administration from himself
        return redirect(request, "/profile", flash=Flash(told))
    return _back(request, here.person.login, told)


def _known(here: PersonDesk, name: str, number: str) -> str:
    """The number of a project, as it was typed in the field of that name; raises `BadInput` where there is none."""
    if number not in here.projects:
        fault = Fault(name, "is no project's number", remedy="The list of projects shows them.")
        raise BadInput("Nothing was granted.", faults=[fault])
    return number


def _chosen_project(here: PersonDesk, values: dict[str, Any]) -> str | None:
    """The project that a privilege is for; None for the whole company. Never the one where the other was meant."""
    _, for_one, chosen = values["where"].partition(IN_PROJECT)
    number = chosen or values.get("number", "")
    if for_one and number:
        return _known(here, "number", number)
    if not for_one and not number:
        return None
    fault = (
        Fault("number", "is given, though the whole company is chosen", remedy="Choose one project, or take it away.")
        if number
        else Fault("number", "is missing", remedy="Type the number of the project.")
    )
    raise BadInput("Nothing was granted.", faults=[fault])


def _require_seen(request: WebRequest, here: PersonDesk, posted: FormMultiDict) -> None:
    now = person_desk(application_of(request), actor_of(request), here.person.login)
    now.require_seen(str(posted.get("seen") or ""))


def _back(request: WebRequest, login: str, told: str) -> Redirect:
    return redirect(request, f"{person_path(login)}/settings", flash=Flash(told))


HANDLERS: Final = (
    change_account,
    set_membership,
    set_project,
    grant_privilege,
    revoke_privilege,
    link_identity,
    unlink_identity,
    set_password,
    deactivate,
    reactivate,
    remove,
)
