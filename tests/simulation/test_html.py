"""HTML pieces escape all text that goes into them."""

from erp_bridge_core.simulation import form, page, table
from erp_bridge_core.simulation.html import heading, lines

NASTY = '<script>"&'
SAFE = "&lt;script&gt;&quot;&amp;"


def test_escapes_every_text() -> None:
    """Text from the books never becomes markup."""
    pieces = [heading(NASTY), lines([NASTY]), table([NASTY], [[NASTY]]), form(NASTY, NASTY, [(NASTY, NASTY, True)])]
    html = page(NASTY, pieces)
    assert (0, 10) == (html.count("<script>"), html.count(SAFE))


def test_says_that_a_table_is_empty() -> None:
    """A table without rows says so."""
    assert "<p>None.</p>" == table(["a"], [])
