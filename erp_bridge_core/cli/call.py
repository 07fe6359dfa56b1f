"""One call of the command line: which home and company, who acts, and how the answer is printed."""

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import define, field

from erp_bridge_core.cli.session import StoredSession, read_session, session_path
from erp_bridge_core.contract.errors import NotAllowed, UsageError

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.approvals.items import ItemView
    from erp_bridge_core.budgets.records import ProjectView
    from erp_bridge_core.cli.output import Page
    from erp_bridge_core.contract.profile import Words
    from erp_bridge_core.people.actor import Actor

APP_NAME: Final = "erp-bridge"
TOKEN_VARIABLE: Final = "ERP_BRIDGE_TOKEN"  # noqa: S105 -- the variable's name, not a token
VIA: Final = "cli"


@define
class Call:
    """What the shared options said; the application and the actor are found when a command first asks for them."""

    home: Path | None = None
    company: str | None = None
    session: Path | None = None
    acting_as: str | None = None
    as_json: bool = False
    #: A server or a worker tells of itself in its own way, from its beginning to its end.
    runs_on: bool = False
    _app: "Application | None" = field(default=None, init=False)
    _actor: "Actor | None" = field(default=None, init=False)
    _page: "Page | None" = field(default=None, init=False)

    @property
    def folder(self) -> Path:
        """The installation's home folder."""
        return self.home or default_home()

    @property
    def app(self) -> "Application":
        """The opened installation; it is closed when the command ends."""
        if self._app is None:
            from erp_bridge_core.app import Application

            self._app = Application.open(self.folder)
            context = click.get_current_context()
            context.call_on_close(self._close)
            if not self.runs_on:
                from erp_bridge_core.operations.telling import telling

                context.with_resource(telling(self._app, kind="command", runs_on=False))
        return self._app

    @property
    def actor(self) -> "Actor":
        """Who acts: `--as` in a demo home, else the API token of the environment, else the stored sign-in."""
        from erp_bridge_core.people.rules import require_own_password

        require_own_password(self.newcomer)
        return self.newcomer

    @property
    def newcomer(self) -> "Actor":
        """Who acts, even where somebody else set his password: for choosing his own, and nothing else."""
        if self._actor is None:
            self._actor = self._find_actor()
        return self._actor

    def clean(self, text: str) -> str:
        """A text without the secrets that this call came to know."""
        return self._app.redactor.clean(text) if self._app else text

    @property
    def session_file(self) -> Path:
        """Where the sign-in of this operating-system user is kept."""
        return self.session or session_path(self.folder)

    @property
    def page(self) -> "Page":
        """Where people's answers are printed."""
        if self._page is None:
            from erp_bridge_core.cli.output import Page

            self._page = Page(time_zone=self._time_zone())
        return self._page

    def answer(self, document: Mapping[str, Any], show: "Callable[[Page], object]") -> None:
        """Print the answer: the document with `--json`, else whatever `show` prints on the page."""
        if self.as_json:
            from erp_bridge_core.cli.documents import write_document

            write_document(document, sys.stdout)
        else:
            show(self.page)

    def done(self, sentence: str, **values: Any) -> None:
        """Answer that an act was done; `values` are part of the JSON document alone."""
        self.answer({"done": sentence, **values}, lambda page: page.line(sentence))

    def company_code(self) -> str:
        """The company to act in: the option or variable, else that of the sign-in, else the only one there is."""
        if self.company:
            return self.company
        stored = None if self.acting_as or os.environ.get(TOKEN_VARIABLE) else read_session(self.session_file)
        if stored is not None and stored.company:
            return stored.company
        return only_company(self.app)

    def words(self, linked: "ProjectView | ItemView") -> "Words":
        """The words of the ERP that a project or item is linked to, as its site renamed them (B7).

        The general ones where there is no connection yet, or its plugin can't be used.
        """
        from erp_bridge_core.contract.errors import PluginError
        from erp_bridge_core.contract.profile import Words

        if not linked.erp:
            return Words()
        try:
            return self.app.connections.profile_of(linked.erp, linked.connection).words
        except PluginError:
            # Showing a budget needs no plugin; `erp-bridge plugins` tells what is wrong with it.
            return Words()

    def _find_actor(self) -> "Actor":
        if self.acting_as:
            return self.app.people.actor_as(self.acting_as, self.company_code(), os_user())
        token = os.environ.get(TOKEN_VARIABLE)
        if token:
            return self.app.people.actor_from_token(token, self.company_code(), via=VIA)
        return self._signed_in(read_session(self.session_file))

    def _signed_in(self, stored: StoredSession | None) -> "Actor":
        if stored is None:
            raise NotAllowed(
                "Nobody is signed in.",
                remedy=f"Sign in: `erp-bridge sign-in LOGIN`; or set {TOKEN_VARIABLE} to an API token.",
            )
        return self.app.people.actor_from_session(stored.token, self.company_code(), via=VIA)

    def _time_zone(self) -> str | None:
        if self._app is None or self._actor is None:
            return None
        return self._actor.time_zone or self._app.companies.show(self._actor).time_zone

    def _close(self) -> None:
        if self._app is not None:
            self._app.close()


def default_home() -> Path:
    """The home folder where neither `--home` nor ERP_BRIDGE_HOME names one."""
    return Path(click.get_app_dir(APP_NAME))


def os_user() -> str:
    """The operating system's name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def only_company(app: "Application") -> str:
    """The code of the only company of the installation; several are no default."""
    from erp_bridge_core.people.actor import system_actor

    companies = app.companies.list(system_actor(0, ""))
    if len(companies) == 1:
        return companies[0].code
    raise UsageError(
        "This installation has several companies.", remedy="Say which one: `--company CODE`, or ERP_BRIDGE_COMPANY."
    )
