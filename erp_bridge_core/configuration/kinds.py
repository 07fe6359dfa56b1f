"""What a connection leads to: an ERP, into which budgets go, or a source, from which they come."""

from enum import StrEnum


class ConnectionKind(StrEnum):
    """The two kinds of connection; their values name the setting that says which plugin it is of."""

    ERP = "erp"
    SOURCE = "source"

    @property
    def noun(self) -> str:
        """As it stands in a sentence."""
        return {ConnectionKind.ERP: "an ERP", ConnectionKind.SOURCE: "a budget source"}[self]
