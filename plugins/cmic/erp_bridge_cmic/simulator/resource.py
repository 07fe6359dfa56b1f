"""A REST resource as data: where it lives, what its rows hold, what may be done with them, how they are found."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from attrs import evolve, frozen

from erp_bridge_cmic.simulator.attributes import Attribute, Kind

CREATE: Final = "create"
RETRIEVE: Final = "retrieve"
UPDATE: Final = "update"
DELETE: Final = "delete"


@frozen(kw_only=True)
class Resource:
    """One resource. Rows are read from `view` and written to `table`; `label` is what messages call a row.

    `keys` are the columns that tell one row from another, where a resource has any beside the row's identity.
    `finders` map each finder's parameters to the column they compare and the operator they compare by.
    """

    module: str
    name: str
    label: str
    prefix: str
    view: str
    attributes: tuple[Attribute, ...]
    table: str = ""
    operations: tuple[str, ...] = (RETRIEVE,)
    keys: tuple[str, ...] = ()
    finders: Mapping[str, Mapping[str, tuple[str, str]]] = {}

    @property
    def by_name(self) -> dict[str, Attribute]:
        """The attributes by their JSON names."""
        return {attribute.name: attribute for attribute in self.attributes}

    @property
    def by_column(self) -> dict[str, Attribute]:
        """The attributes by the columns that keep them."""
        return {attribute.column: attribute for attribute in self.attributes}

    @property
    def vuuid(self) -> str:
        """The JSON name of the row's identity."""
        return f"{self.prefix}VUuid"

    def finder(self, name: str) -> Mapping[str, tuple[str, str]] | None:
        """A finder's parameters; each resource has `PrimaryKey` by the row's identity beside its own."""
        if name == "PrimaryKey":
            return {self.vuuid: ("vuuid", "=")}
        return self.finders.get(name)


def stamped(prefix: str, *attributes: Attribute) -> tuple[Attribute, ...]:
    """Attributes of a resource, then its identity and who wrote the row when."""

    def audit(name: str, column: str, kind: Kind, length: int = 0) -> Attribute:
        return Attribute(
            name=f"{prefix}{name}", column=column, kind=kind, length=length, settable=False, updatable=False
        )

    return (
        *attributes,
        Attribute(name=f"{prefix}VUuid", column="vuuid", length=64, updatable=False),
        audit("IuCreateDate", "created", Kind.STAMP),
        audit("IuCreateUser", "creator", Kind.TEXT, 30),
        audit("IuUpdateDate", "updated", Kind.STAMP),
        audit("IuUpdateUser", "updater", Kind.TEXT, 30),
    )


@lru_cache(maxsize=256)
def renamed(attributes: tuple[Attribute, ...], names: str) -> tuple[Attribute, ...]:
    """Attributes under the names that a site gives them: `Ours=Theirs`, comma-separated; blank behind = leaves it out.

    No public source confirms some of the names, so that a site's server may well differ from the default here.
    """
    others = dict(pair.split("=", 1) for pair in names.split(",") if pair)
    kept = ((attribute, others.get(attribute.name, attribute.name)) for attribute in attributes)
    return tuple(evolve(attribute, name=name) for attribute, name in kept if name)
