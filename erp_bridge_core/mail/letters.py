"""What each kind of notice says, as values that both templates write: words of ours, and data that is only quoted."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.mail.formats import Formats
from erp_bridge_core.mail.links import Link, Links
from erp_bridge_core.mail.texts import one_line, several_lines

SUMMARY: Final = "ERP Integrations Daily Summary"


@frozen(kw_only=True)
class Row:
    """One item of a list: its cells as text, and where it is opened."""

    cells: tuple[str, ...]
    link: Link


@frozen(kw_only=True)
class Section:
    """A list with its heading and the names of its columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@frozen(kw_only=True)
class Quote:
    """What somebody wrote, or an ERP said: marked as quoted, line by line."""

    title: str
    lines: tuple[str, ...]


@frozen(kw_only=True)
class Letter:
    """A mail's content: plain text in single lines. `reply_to` is blank where the installation's counts."""

    subject: str
    opening: str
    facts: tuple[tuple[str, str], ...] = ()
    quotes: tuple[Quote, ...] = ()
    sections: tuple[Section, ...] = ()
    closing: str = ""
    link: Link | None = None
    reply_to: str = ""


@frozen(kw_only=True)
class Notice:
    """A row of the outbox with all that a letter needs; `item` is None for notices that are about no single item."""

    kind: str
    payload: Mapping[str, Any]
    at: datetime
    company: str
    item: ItemView | None
    links: Links
    formats: Formats


def letter_of(notice: Notice) -> Letter:
    """The letter of a notice. A kind without words of its own is told with its facts: no notice is lost (M5)."""
    return _LETTERS.get(notice.kind, _unnamed)(notice)


def _reject(notice: Notice) -> Letter:
    """M3: all reasons, who rejected and where to answer him, and a link that opens the budget in edit mode."""
    item, payload = _item(notice), notice.payload
    by = one_line(payload["rejected_by"])
    remarks = tuple(f"Line {number}: {one_line(text)}" for number, text in payload.get("remarks", {}).items())
    quotes = [Quote(title="Reason", lines=several_lines(payload["reason"]))]
    if remarks:
        quotes.append(Quote(title="Remarks on lines", lines=remarks))
    return Letter(
        subject=f"Budget rejected: {_project(item)}",
        opening=f"{by} rejected the budget of {_project(item)}. It can be edited and sent again.",
        facts=(*_facts(notice, item), ("Rejected by", by), ("Reply to", one_line(payload.get("reply_to", "")))),
        quotes=tuple(quotes),
        closing=f"Answer this mail to write to {by}." if payload.get("reply_to") else "",
        link=notice.links.budget(item.project),
        reply_to=payload.get("reply_to", ""),
    )


def _resent(notice: Notice) -> Letter:
    """M2: a re-send waits for the answer of its designated approvers."""
    item = _item(notice)
    return Letter(
        subject=f"Budget sent again: {_project(item)}",
        opening=f"The budget of {_project(item)} was sent again and waits for your answer.",
        facts=_facts(notice, item),
        link=notice.links.item(item.id),
    )


def _export_failed(notice: Notice) -> Letter:
    """M4: an export failed; what the ERP said is quoted."""
    item = _item(notice)
    return Letter(
        subject=f"Export failed: {_project(item)}",
        opening=f"The export of {_project(item)} to {one_line(item.connection)} failed. "
        "Retry what has not arrived, or reject it.",
        facts=(*_facts(notice, item), *_line_counts(notice)),
        quotes=_failure(notice),
        link=notice.links.item(item.id),
    )


def _export_unknown(notice: Notice) -> Letter:
    """M4: whether an export arrived can't be known; a person settles it."""
    item = _item(notice)
    return Letter(
        subject=f"Outcome unknown: {_project(item)}",
        opening=f"Whether the export of {_project(item)} to {one_line(item.connection)} arrived can't be known. "
        "Nothing is sent again until it is settled: look in the ERP, then settle it.",
        facts=(*_facts(notice, item), *_line_counts(notice)),
        quotes=_failure(notice),
        link=notice.links.item(item.id),
    )


def _mismatch(notice: Notice) -> Letter:
    """M4, V5: the ERP shows other figures than those exported."""
    item = _item(notice)
    outcome = one_line(notice.payload["outcome"]).replace("_", " ")
    return Letter(
        subject=f"Mismatch: {_project(item)}",
        opening=f"The ERP's figures of {_project(item)} are not what was exported: {outcome}. Sending and unlocking "
        "are barred until it is corrected in the ERP, adopted, or accepted with a reason.",
        facts=(*_facts(notice, item), ("Outcome", outcome)),
        link=notice.links.item(item.id),
    )


def _summary(notice: Notice) -> Letter:
    """M1: every waiting item; each in a section of its own what failed, is unknown or does not agree, and requests."""
    waiting = _section(notice, "Waiting for your answer", notice.payload["waiting"])
    troubled = _section(notice, "Failed, unknown or mismatched", notice.payload["troubled"])
    requests = Section(
        title="Requests of a source",
        columns=("Request", "Source", "Project", "What is wrong", "What to do", "Since"),
        rows=tuple(_request_row(notice, each) for each in notice.payload.get("requests", ())),
    )
    head = notice.payload["audit_head"]
    return Letter(
        subject=SUMMARY,
        opening=f"{one_line(notice.company)}: {len(waiting.rows)} waiting for an answer, {len(troubled.rows)} failed, "
        f"unknown or mismatched{_and_requests(len(requests.rows))}, as of {notice.formats.moment(notice.at)}.",
        sections=tuple(section for section in (waiting, troubled, requests) if section.rows),
        closing=f"Audit trail: entry {head['sequence']}, seal {head['mac']}.",
        link=notice.links.waiting() if waiting.rows else notice.links.problems(),
    )


def _and_requests(count: int) -> str:
    return f", {count} {'request' if count == 1 else 'requests'} of a source that somebody looks at" if count else ""


def _request_row(notice: Notice, request: Mapping[str, Any]) -> Row:
    cells = (
        str(request["request"]),
        one_line(f"{request['source']} {request['id']}"),
        one_line(request["project"]),
        one_line(request["what"]),
        one_line(request["way_out"]),
        notice.formats.moment(datetime.fromisoformat(request["since"])),
    )
    return Row(cells=cells, link=notice.links.request(request["request"]))


def _identity_linked(notice: Notice) -> Letter:
    """Who is linked by somebody else with an identity is told, since it signs in as him."""
    told = {name: one_line(notice.payload[name]) for name in ("linked_by", "issuer", "subject")}
    return Letter(
        subject="An identity was linked with your account",
        opening=f"{told['linked_by']} linked an identity with your account of {one_line(notice.company)}. Whoever "
        "signs in with it at its provider is taken for you from now on.",
        facts=(("Linked by", told["linked_by"]), ("Provider", told["issuer"]), ("Subject", told["subject"])),
        closing="If you did not expect this, unlink it, and tell another administrator.",
        link=notice.links.profile(notice.payload["login"]),
    )


def _unnamed(notice: Notice) -> Letter:
    facts = tuple((one_line(name), one_line(value)) for name, value in notice.payload.items())
    link = None if notice.item is None else notice.links.item(notice.item.id)
    what = one_line(notice.kind).replace("_", " ")
    return Letter(subject=f"Notice: {what}", opening=f"{one_line(notice.company)}: {what}.", facts=facts, link=link)


_LETTERS: Final[Mapping[str, Callable[[Notice], Letter]]] = {
    "summary": _summary,
    "resent": _resent,
    "reject": _reject,
    "export_failed": _export_failed,
    "export_unknown": _export_unknown,
    "mismatch": _mismatch,
    "identity_linked": _identity_linked,
}


def _section(notice: Notice, title: str, items: list[Mapping[str, Any]]) -> Section:
    return Section(
        title=title,
        columns=("Item", "Project", "Job", "Amount", "State", "Sent by", "Waiting since"),
        rows=tuple(_row(notice, item) for item in items),
    )


def _row(notice: Notice, item: Mapping[str, Any]) -> Row:
    formats = notice.formats
    cells = (
        str(item["item"]),
        one_line(f"{item['project']} {item['project_name']}"),
        one_line(item["job"]),
        formats.money(Decimal(item["amount"]), item["currency"]),
        FILTERS[ItemState(item["state"])],
        one_line(item["sent_by"]),
        formats.moment(datetime.fromisoformat(item["sent_at"])),
    )
    return Row(cells=cells, link=notice.links.item(item["item"]))


def _item(notice: Notice) -> ItemView:
    if notice.item is None:
        raise LookupError(f"a notice {notice.kind} without an item")
    return notice.item


def _project(item: ItemView) -> str:
    return one_line(f"{item.project} {item.project_name}")


def _facts(notice: Notice, item: ItemView) -> tuple[tuple[str, str], ...]:
    return (
        ("Company", one_line(notice.company)),
        ("Project", _project(item)),
        ("Job", one_line(item.job)),
        ("Item", f"{item.id}, send no. {item.version}"),
        ("Amount", notice.formats.money(item.amount, item.currency)),
        ("Sent by", f"{one_line(item.sent_by_name)}, {notice.formats.moment(item.sent_at)}"),
    )


def _line_counts(notice: Notice) -> tuple[tuple[str, str], ...]:
    lines = notice.payload.get("lines", {})
    return tuple((f"Lines {name}", str(lines[name])) for name in ("arrived", "refused", "unknown") if lines.get(name))


def _failure(notice: Notice) -> tuple[Quote, ...]:
    said = (("What was said", "failure"), ("What to do", "remedy"))
    return tuple(
        Quote(title=title, lines=several_lines(notice.payload[name]))
        for title, name in said
        if notice.payload.get(name)
    )
