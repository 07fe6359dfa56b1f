"""The company's own lists: phases, categories, units. Their attribute names are assumed, see `names`."""

from collections.abc import Iterator

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.wire import equal, text
from erp_bridge_core.contract import Category, CostCode
from erp_bridge_core.contract.errors import ReadFailed

#: Statuses of what is not offered to this account at all; any other failure may pass.
NOT_OFFERED = frozenset({400, 403, 404})
#: What marks a category that only groups others.
CONTROL = "control"


def master_phases(client: Cmic) -> Iterator[CostCode]:
    """The company's phases; one that controls others is a group code."""
    names = client.erp.settings.names
    fields = (names.master_phase, names.master_phase_name, names.master_phase_control, names.master_phase_active)
    query = equal({names.master_phase_company: client.erp.settings.company})
    rows = list(client.rows("jcmastercostcodes", fields=fields, query=query, identity=names.master_phase))
    controls = {text(row, names.master_phase_control) for row in rows}
    for row in rows:
        code = text(row, names.master_phase)
        yield CostCode(
            code=code,
            name=text(row, names.master_phase_name),
            standard=True,
            group=code in controls,
            active=text(row, names.master_phase_active) != "N",
        )


def master_categories(client: Cmic) -> Iterator[Category]:
    """The company's categories; one that controls others is no place for a budget, and told as inactive."""
    names = client.erp.settings.names
    fields = (
        names.master_category, names.master_category_name, names.master_category_control, names.master_category_type,
        names.master_category_active,
    )  # fmt: skip
    query = equal({names.master_category_company: client.erp.settings.company})
    rows = list(client.rows("jcmastercategories", fields=fields, query=query, identity=names.master_category))
    controls = {text(row, names.master_category_control) for row in rows}
    for row in rows:
        code = text(row, names.master_category)
        is_control = code in controls
        yield Category(
            code=code,
            name=text(row, names.master_category_name),
            standard=True,
            kind=CONTROL if is_control else text(row, names.master_category_type),
            active=not is_control and text(row, names.master_category_active) != "N",
        )


def unit_codes(client: Cmic) -> frozenset[str] | None:
    """The WM codes, None where this account may not read them, or the server has them under other names: then units
    are not checked beforehand. Raises `ReadFailed` for a read that failed otherwise.
    """
    name = client.erp.settings.names.unit
    if not name:
        return None
    try:
        return frozenset(text(row, name) for row in client.rows("weightmeasure", fields=(name,), identity=name))
    except ReadFailed as error:
        if error.details.get("status") not in NOT_OFFERED:
            raise
        client.erp.log.info("units of measure can't be checked: %s", error.message)
        return None
