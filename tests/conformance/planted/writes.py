"""The writes of Tin Books, one per safety class: what each takes, and what it refuses to take twice."""

from collections.abc import Callable
from typing import Any

from planted.books import KEY, Row, add_row, key_of
from planted.checks import Refused, check_open, fault_of

BUSY = "The books were busy with another line."


def enter(data: Row, company: str, name: str, body: Row) -> Row:
    """Enter rows under a reference, which the whole server takes once, for ever (`keyed`)."""
    job = _open_job(data, company, name)
    reference = body["reference"]
    if reference in data["references"]:
        raise Refused("REFERENCE_USED", f"Reference {reference} was used before.", status=409)
    data["references"][reference] = [company, name]

    def keep(row: Row, words: str) -> None:
        state = "refused" if words else "pending" if _is_pending(row) else "unposted"
        add_row(job, row, state=state, by="service", reference=reference, words=words)

    return _rows(data, job, body["rows"], keep)


def _is_pending(row: Row) -> bool:
    return bool(row["revision"] and row["revision"]["status"] == "pending")


def replace(data: Row, company: str, name: str, body: Row) -> Row:
    """Set the figures of one key, which count at once: whatever stood there is replaced (`absolute`)."""
    job = _open_job(data, company, name)
    if words := fault_of(job, body):
        raise Refused("ROW_REFUSED", words)
    for row in job["entries"]:
        if key_of(row) == key_of(body) and row["state"] == "posted":
            row["state"] = "replaced"
    common = {field: body[field] for field in (*KEY, "unit", "description")}
    sides = [(part, body[side]) for part, side in (("original", "original"), ("change", "changes"))]
    moved = [(part, amount) for part, amount in sides if amount.strip("-0.")] or sides[:1]
    for place, (part, amount) in enumerate(moved):
        quantity = None if place else body["quantity"]
        add_row(job, {**common, "part": part, "amount": amount, "quantity": quantity}, state="posted", by="service")
    return _done()


def open_container(data: Row, company: str, name: str, body: Row) -> Row:
    """Open a container under a number, which a job holds once (`keyed`)."""
    job = _open_job(data, company, name)
    if body["number"] in job["containers"]:
        raise Refused("NUMBER_USED", f"Container {body['number']} exists already.", status=409)
    job["containers"][body["number"]] = {"number": body["number"], "mark": body["mark"], "sealed": False}
    return _done()


def fill(data: Row, company: str, name: str, number: str, body: Row) -> Row:
    """Put rows without any key into a container that is not sealed (`contained`)."""
    job = _open_job(data, company, name)
    container = _container(job, number)
    if container["sealed"]:
        raise Refused("SEALED", f"Container {number} is sealed.")

    def keep(row: Row, words: str) -> None:
        if not words:
            add_row(job, row, state="contained", by="service", container=number)

    return _rows(data, job, body["rows"], keep)


def seal(data: Row, company: str, name: str, number: str, body: Row) -> Row:
    """Seal a container, so that people can post it; again changes nothing (`absolute`)."""
    job = _open_job(data, company, name)
    _container(job, number)["sealed"] = True
    for row in job["entries"]:
        if row["container"] == number and row["state"] == "contained":
            row["state"] = "unposted"
    return _done()


def note(data: Row, company: str, name: str, body: Row) -> Row:
    """Enter rows without any reference: nothing tells a second time from the first (`append`)."""
    job = _open_job(data, company, name)

    def keep(row: Row, words: str) -> None:
        if not words:
            add_row(job, row, state="unposted", by="service")

    return _rows(data, job, body["rows"], keep)


def _open_job(data: Row, company: str, name: str) -> Row:
    job: Row = data["companies"][company]["jobs"][name]
    check_open(job, name)
    return job


def _container(job: Row, number: str) -> Row:
    if number not in job["containers"]:
        raise Refused("NO_CONTAINER", f"There is no container {number}.", status=404)
    container: Row = job["containers"][number]
    return container


def _rows(data: Row, job: Row, rows: list[Row], keep: Callable[[Row, str], None]) -> Row:
    """Carry out row by row, and tell each; what is armed strikes the first write of several rows."""
    armed = data["armed"].pop("rows", "") if len(rows) > 1 else ""
    told: list[Row] = []
    for position, row in enumerate(rows, start=1):
        words = BUSY if armed == "applies_some" and position > 1 else fault_of(job, row)
        keep(row, words)
        told.append({"position": position, "state": "refused" if words else "accepted", "words": words})
    return _done(told[:1] if armed == "omits_rows" else told)


def _done(rows: Any = ()) -> Row:
    return {"tin": {"result": "done", "rows": list(rows)}}
