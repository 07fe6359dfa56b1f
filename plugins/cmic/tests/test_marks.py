"""The fingerprint in a PCI's name."""

from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_cmic.marks import LONGEST_NAME, Mark, pci_name

TEXT = st.text(max_size=12)


@given(
    TEXT.filter(bool), TEXT.filter(bool), st.integers(0, 10**6), st.none() | TEXT.filter(bool), st.text(max_size=400)
)
def test_mark_comes_back_from_any_name(inst: str, item: str, version: int, change: str | None, about: str) -> None:
    """Whatever a change is called and described as, its mark is read from the name as it was written."""
    mark = Mark(installation=inst, item=item, version=version, change=change, generation=3)
    assert mark == Mark.of(pci_name(about, mark, approver="Ann"))


def test_name_is_cut_before_the_mark() -> None:
    """A long description is cut, the mark never."""
    mark = Mark(installation="A1", item="7", version=1, change="BC-1", generation=1)
    name = pci_name("x" * 300, mark)
    assert (LONGEST_NAME, mark) == (len(name), Mark.of(name))


def test_foreign_names_have_no_mark() -> None:
    """Names of people's own PCIs hold none."""
    assert [None, None] == [Mark.of("Owner's change [EB 1]"), Mark.of("")]
