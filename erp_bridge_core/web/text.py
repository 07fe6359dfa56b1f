"""Text from outside on a page: whatever a reader can't see is shown by its code, and nothing is markup (X3)."""

from typing import Final

from markupsafe import Markup

from erp_bridge_core.visible import visible

_LINES: Final = "\n\t"


def finalized(value: object) -> object:
    """What a template prints for a value, before it is escaped; nothing for an absent one."""
    if value is None:
        return ""
    return visible(value, keep=_LINES) if isinstance(value, str) and not isinstance(value, Markup) else value


def headed(text: str) -> str:
    """A word as it heads a column: the first letter a capital, abbreviations as they are."""
    return text[:1].upper() + text[1:]
