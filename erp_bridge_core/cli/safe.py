"""Text from outside on a terminal: whatever a terminal would obey, or hide, is shown by its code (X3)."""

from erp_bridge_core.visible import visible


def safe(text: object) -> str:
    """The text in one line, with every character that is no visible one written as its escape."""
    return visible(str(text))


def safe_lines(text: object) -> str:
    """The same for text of ours in several lines: its line ends stay."""
    return visible(str(text), keep="\n")
