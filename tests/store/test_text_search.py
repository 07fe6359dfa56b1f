"""Text that people search for, on the database that the tests run on."""

import pytest
from sqlalchemy import select

from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import projects
from erp_bridge_core.store.text_search import contains, folded


@pytest.mark.parametrize(
    ("name", "asked"),
    [("Bridge", "BRIDGE"), ("Straße", "straße"), ("ÉCLUSE", "écluse"), ("ΜΟΣΧΟΣ", "μοσχος"), ("İzmir", "i̇zmir")],
)
def test_text_is_found_whatever_its_case(store: Store, project: int, name: str, asked: str) -> None:
    """In any alphabet, as Python's `casefold` has it, on either database."""
    with store.begin() as connection:
        connection.execute(projects.update().values(name=f"The {name} 5%"))
    with store.read() as connection:
        kept = connection.execute(select(folded(projects.c.name))).scalar_one()
        found = connection.execute(select(projects.c.id).where(contains(projects.c.name, asked))).scalars().all()

    assert (f"The {name} 5%".casefold(), [project]) == (kept, list(found))
