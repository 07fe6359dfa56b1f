"""What Procore, its people and the way between may do to a connector: each fault of meaning by its name."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.source_simulator import SourceMischief
from erp_bridge_procore.simulator import oauth
from erp_bridge_procore.simulator.changes import add_change, set_status
from erp_bridge_procore.simulator.company import COMPANY
from erp_bridge_procore.simulator.connector import OPEN, set_detail
from erp_bridge_procore.simulator.context import Context
from erp_bridge_procore.simulator.desk_acts import acting, project_named
from erp_bridge_procore.simulator.desk_site import forge_event
from erp_bridge_procore.simulator.masters import APPROVER, MANAGER, SERVICE, set_columns
from erp_bridge_procore.simulator.switches import SWITCHES
from erp_bridge_procore.simulator.views import COLUMNS

Act = Callable[[Path, str], None]
_ALL: Final = "999999999"
#: The switches that calm puts back; how much a site permits at all stays as it was set.
_CALMED: Final = (
    "sync_refusals", "lost_token_replies", "edits_while_read", "erp_status_word", "progress_word", "lost_events",
    "doubled_events", "deliver_order",
)  # fmt: skip


def _switched(home: Path, job: str, *, values: Mapping[str, str]) -> None:
    del job
    with acting(home, APPROVER) as context:
        for name, value in values.items():
            SWITCHES.set(context.connection, name, value)


def _loses_sign_in_reply(home: Path, job: str) -> None:
    _switched(home, job, values={"lost_token_replies": "1"})
    _expires_tokens(home, job)


def _expires_tokens(home: Path, job: str) -> None:
    del job
    with acting(home, APPROVER) as context:
        oauth.end_tokens(context, refresh_too=False)


def _lacks_rights(home: Path, job: str) -> None:
    del job
    with acting(home, APPROVER) as context:
        _give_rights(context, budget="none", erp="none", push=False)


def _give_rights(context: Context, *, budget: str, erp: str, push: bool) -> None:
    context.run("UPDATE person SET budget = ?, erp = ?, push = ? WHERE login = ?", budget, erp, push, SERVICE)


def _hides_columns(home: Path, job: str) -> None:
    del job
    with acting(home, APPROVER) as context:
        _set_columns(context, [key for key, figure in COLUMNS if figure != "original"])


def _set_columns(context: Context, keys: list[str]) -> None:
    for view in context.all("SELECT id FROM view"):
        set_columns(context, view["id"], keys)


def _unlinks_project(home: Path, job: str) -> None:
    with acting(home, APPROVER) as context:
        context.run("UPDATE project SET origin_id = NULL WHERE id = ?", project_named(context, job)["id"])


def _revokes_app(home: Path, job: str) -> None:
    del job
    with acting(home, APPROVER) as context:
        context.run("UPDATE company SET connected = 0 WHERE id = ?", COMPANY)
        oauth.end_tokens(context, refresh_too=True)


def _closes_request(home: Path, job: str) -> None:
    with acting(home, APPROVER) as context:
        for row in context.all(
            "SELECT d.* FROM request_detail d JOIN erp_request r ON r.detail = d.id WHERE r.project = ?"
            " AND d.status = ?",
            project_named(context, job)["id"], OPEN,
        ):  # fmt: skip
            set_detail(context, row, "failed", ["Closed by somebody else."])


def _forges_hint(home: Path, job: str) -> None:
    with acting(home, APPROVER) as context:
        row = context.one(
            "SELECT max(id) AS newest FROM erp_request WHERE project = ?", project_named(context, job)["id"]
        )
    forge_event(home, request=str((row["newest"] if row else None) or 1))


def _drafts_change(home: Path, job: str) -> None:
    with acting(home, MANAGER) as context:
        project = project_named(context, job)["id"]
        line = context.one("SELECT wbs FROM line WHERE project = ? ORDER BY id LIMIT 1", project)
        items = [{"type": "change_event", "wbs_code_id": line["wbs"], "amount": 1}] if line else []
        add_change(context, project, {"status": "draft", "title": "Draft", "adjustment_line_items": items})


def _voids_change(home: Path, job: str) -> None:
    with acting(home, MANAGER) as context:
        project = project_named(context, job)["id"]
        row = context.one(
            "SELECT * FROM change WHERE project = ? AND status = 'approved' ORDER BY number DESC LIMIT 1", project
        )
        if row is not None:
            set_status(context, row, "void")


MISCHIEF: Final[Mapping[SourceMischief, Act]] = {
    SourceMischief.REFUSES_SOME: partial(_switched, values={"sync_refusals": "1"}),
    SourceMischief.LOSES_SIGN_IN_REPLY: _loses_sign_in_reply,
    SourceMischief.CHANGES_WHILE_READ: partial(_switched, values={"edits_while_read": "1"}),
    SourceMischief.LACKS_RIGHTS: _lacks_rights,
    SourceMischief.HIDES_COLUMNS: _hides_columns,
    SourceMischief.UNKNOWN_WORD: partial(
        _switched, values={"erp_status_word": "contemplated", "progress_word": "contemplated"}
    ),
    SourceMischief.LOSES_HINTS: partial(_switched, values={"lost_events": _ALL}),
    SourceMischief.DOUBLES_HINTS: partial(_switched, values={"doubled_events": _ALL}),
    SourceMischief.REORDERS_HINTS: partial(_switched, values={"deliver_order": "reversed"}),
    SourceMischief.UNLINKS_PROJECT: _unlinks_project,
    SourceMischief.EXPIRES_TOKENS: _expires_tokens,
    SourceMischief.REVOKES_APP: _revokes_app,
    SourceMischief.CLOSES_REQUEST: _closes_request,
    SourceMischief.FORGES_HINT: _forges_hint,
    SourceMischief.DRAFTS_CHANGE: _drafts_change,
    SourceMischief.VOIDS_CHANGE: _voids_change,
}


def calm(home: Path) -> None:
    """End all that lasts: rights, columns, links and the app are back, switches at their defaults."""
    with acting(home, APPROVER) as context:
        for name in _CALMED:
            context.run("DELETE FROM switch WHERE name = ?", name)
        _give_rights(context, budget="admin", erp="admin", push=True)
        _set_columns(context, [key for key, _ in COLUMNS])
        context.run("UPDATE project SET origin_id = number WHERE origin_id IS NULL")
        context.run("UPDATE company SET connected = 1 WHERE id = ?", COMPANY)
