"""Headers and names as they are matched and shown."""

import pytest

from erp_bridge_core.sources.tables import escape, tidy_header


def test_headers_lose_needless_blanks():
    """Line breaks, tabs and double blanks in a header are single blanks; outer ones go."""
    assert ("Cost Code", "", "Amount") == tidy_header([" Cost\r\n Code", "  ", "Amount\t"])


@pytest.mark.rule("X3")
def test_headers_cannot_steer_a_terminal():
    """What a terminal would act on is escaped in a header as in any text that is shown."""
    assert ("\\x1b[31m",) == tidy_header(["\x1b[31m"])
    assert "m\u00b3" == escape("m\u00b3")
