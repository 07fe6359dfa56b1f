"""What the acts of a person at the simulated Procore share: projects and codes by name, and mistakes told as such."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_procore.simulator.company import COMPANY, Installation
from erp_bridge_procore.simulator.context import Context, Row, open_context
from erp_bridge_procore.simulator.masters import person_of
from erp_bridge_procore.simulator.problems import Refusal, sentences_of


@contextmanager
def acting(home: Path, login: str) -> Iterator[Context]:
    """One transaction as the person with that log-in; what Procore refuses is told as a mistake of his."""
    with Installation(home).writing() as connection, told():
        nobody = open_context(connection, company=COMPANY, person=0)
        yield open_context(connection, company=COMPANY, person=person_of(nobody, login))


@contextmanager
def looking(home: Path) -> Iterator[Context]:
    """A view of the books for somebody at the desk."""
    with Installation(home).reading() as connection, told():
        yield open_context(connection, company=COMPANY, person=0)


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal into a mistake that the desk shows."""
    try:
        yield
    except Refusal as refusal:
        raise BadInput(f"{'; '.join(sentences_of(refusal.told))}.", remedy="Correct it and do it again.") from refusal


def project_named(context: Context, number: str) -> Row:
    """A project by its number as people know it; raises NotFound."""
    row = context.one("SELECT * FROM project WHERE number = ?", number)
    if row is None:
        raise NotFound(f"There is no project {number}.", remedy="List the projects and give one of their numbers.")
    return row


def code_named(context: Context, project: Row, flat_code: str) -> Row:
    """A budget code of a project, such as `A1.03-1000.L`; raises NotFound."""
    row = context.one("SELECT * FROM wbs WHERE project = ? AND flat_code = ?", project["id"], flat_code)
    if row is None:
        raise NotFound(f"Project {project['number']} has no code {flat_code}.", remedy="List the project's budget.")
    return row


def change_numbered(context: Context, project: Row, number: str) -> Row:
    """A budget change by its number; raises NotFound."""
    row = context.one("SELECT * FROM change WHERE project = ? AND number = ?", project["id"], number)
    if row is None:
        raise NotFound(f"Project {project['number']} has no change {number}.", remedy="List the budget changes.")
    return row
