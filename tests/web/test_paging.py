"""Long lists in pages."""

import pytest

from erp_bridge_core.web.paging import PAGE_ROWS, Slice, page_number, slice_of_page


@pytest.mark.parametrize(
    ("offset", "rows", "before", "after"),
    [
        (0, [0, 1, 2, 3], None, 4),
        (4, [4, 5, 6, 7], 0, 8),
        (8, [8, 9], 4, None),
        (2, [2, 3, 4, 5], 0, 6),
        (20, [], 16, None),
    ],
)
def test_a_slice_knows_what_is_around_it(offset: int, rows: list[int], before: int | None, after: int | None) -> None:
    """Its rows, where the slices before and after it begin, and how many there are in all."""
    found = Slice.of(range(10), offset=offset, limit=4)

    assert (rows, before, after, 10) == (list(found.rows), found.previous_offset, found.next_offset, found.total)


@pytest.mark.parametrize(("page", "first"), [(1, 0), (2, PAGE_ROWS), (0, 0), (-5, 0)])
def test_pages_are_counted_from_one(page: int, first: int) -> None:
    """A page before the first is the first."""
    found = slice_of_page(range(1000), page)

    assert (first, first // PAGE_ROWS + 1) == (found.rows[0], page_number(found, found.offset))
