"""The desk page of a simulator: tables to look at, and one form for each act of a person at the ERP."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from erp_bridge_core.simulation import html
from erp_bridge_core.simulation.server import Reply, Request

_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)


class Act(Protocol):
    """One act of a person at the desk, as the page shows it: a name, a sentence, and (name, help, required) inputs."""

    @property
    def name(self) -> str:
        """What the page's address and the command line call it."""

    @property
    def help(self) -> str:
        """One sentence."""

    @property
    def arguments(self) -> tuple[tuple[str, str, bool], ...]:
        """Its inputs, in order."""


@frozen(kw_only=True)
class Section:
    """A table on the page."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[object]]


@frozen(kw_only=True)
class DeskPage:
    """The page at `path`. `run(name, arguments)` does an act and returns the lines to show.

    `mistakes` are the errors that a person at the desk makes: their text is shown, the page stays.
    """

    title: str
    path: str
    acts: Mapping[str, Act]
    sections: Callable[[], Iterable[Section]]
    run: Callable[[str, Mapping[str, str]], Sequence[str]]
    mistakes: tuple[type[Exception], ...]

    def answer(self, request: Request) -> Reply | None:
        """The page, or the result of an act posted to it; None when the address is not the desk's."""
        if request.path.rstrip("/") == self.path and request.method == "GET":
            return self._show((), status=200)
        name = request.path.removeprefix(f"{self.path}/")
        if request.path == name or name not in self.acts or request.method != "POST":
            return None
        if "origin" not in request.headers:
            # A browser always sends it with a form; without it nothing proves that the form was this page's own.
            return Reply(status=403, body="The desk takes forms from its own page only.")
        return self._run(self.acts[name], request.form)

    def _run(self, act: Act, given: Mapping[str, str]) -> Reply:
        known = {name for name, _, _ in act.arguments}
        arguments = {name: value for name, value in given.items() if name in known and value != ""}
        missing = [name for name, _, required in act.arguments if required and name not in arguments]
        if missing:
            return self._show([f"{act.name} needs {', '.join(missing)}."], status=400)
        try:
            return self._show(self.run(act.name, arguments), status=200)
        except self.mistakes as mistake:
            return self._show([str(mistake), getattr(mistake, "remedy", "")], status=400)

    def _show(self, told: Sequence[str], *, status: int) -> Reply:
        pieces = [html.lines(line for line in told if line)] if told else []
        for section in self.sections():
            pieces += [html.heading(section.title), html.table(section.headers, section.rows)]
        for act in self.acts.values():
            pieces += [html.heading(act.help), html.form(f"{self.path}/{act.name}", act.name, act.arguments)]
        return Reply(
            status=status,
            body=html.page(self.title, pieces),
            content_type="text/html; charset=utf-8",
            headers=_HEADERS,
        )
