"""Resources of the masters: companies, units, company access, and the company's phases and categories.

Which masters there are comes from a list of CMiC's endpoints; no public source shows their attributes, so the names
here follow CMiC's naming rule (the database column in camel case under the table's prefix) and are assumed.
"""

from typing import Final

from erp_bridge_cmic.simulator.attributes import Attribute, Kind
from erp_bridge_cmic.simulator.resource import Resource, stamped


def _master(prefix: str, name: str, column: str, length: int) -> Attribute:
    return Attribute(name=f"{prefix}{name}", column=column, length=length)


def _active(prefix: str) -> Attribute:
    return Attribute(name=f"{prefix}ActiveFlag", column="active", kind=Kind.FLAG)


MASTERS: Final = (
    Resource(
        module="gl",
        name="glcompany",
        label="company",
        prefix="Comp",
        view="company",
        attributes=stamped("Comp", _master("Comp", "Code", "comp", 8), _master("Comp", "Name", "name", 60)),
        finders={"selectByDate": {"auditDate": ("coalesce(updated, created)", ">=")}},
    ),
    Resource(
        module="sys",
        name="weightmeasure",
        label="WM code",
        prefix="Wm",
        view="unit",
        attributes=stamped("Wm", _master("Wm", "Code", "wm", 2), _master("Wm", "Name", "name", 60)),
    ),
    Resource(
        module="sys",
        name="sdcompanyaccess",
        label="company access",
        prefix="Sdca",
        view="access",
        attributes=stamped("Sdca", _master("Sdca", "CompCode", "comp", 8), _master("Sdca", "User", "user", 30)),
    ),
    Resource(
        module="jc",
        name="jcmastercostcodes",
        label="phase",
        prefix="Phs",
        view="master_phase",
        attributes=stamped(
            "Phs",
            _master("Phs", "CompCode", "comp", 8),
            _master("Phs", "Code", "phase", 16),
            _master("Phs", "Name", "name", 60),
            _master("Phs", "CtrlCode", "ctrl", 16),
            _active("Phs"),
        ),
    ),
    Resource(
        module="jc",
        name="jcmastercategories",
        label="category",
        prefix="Cat",
        view="master_category",
        attributes=stamped(
            "Cat",
            _master("Cat", "CompCode", "comp", 8),
            _master("Cat", "Code", "category", 16),
            _master("Cat", "Name", "name", 60),
            _master("Cat", "CtrlCode", "ctrl", 16),
            _master("Cat", "TypeCode", "type", 16),
            _active("Cat"),
        ),
    ),
)
