"""A workbook is measured before anything loads it."""

import io
import zipfile

import openpyxl
import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.sources.tables import Limits
from erp_bridge_core.sources.xlsx_scan import scan_workbook

SHEET = "xl/worksheets/sheet1.xml"


def build(*, replace=None, add=None):
    """A small workbook's bytes, with parts replaced or added."""
    book = openpyxl.Workbook()
    book.active.append(["Cost Code", "Amount"])
    whole = io.BytesIO()
    book.save(whole)
    changed = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (replace or {}).get(name, old.read(name)))
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return changed.getvalue()


def sheet(cells):
    """A sheet of given cells."""
    return f'<worksheet xmlns="http://x"><sheetData>{cells}</sheetData></worksheet>'


def scan(data, **limits):
    """Scan under given limits."""
    return scan_workbook(data, "b.xlsx", Limits(**limits))


def test_a_plain_workbook_passes():
    """A workbook without broken cells has none."""
    assert {"Sheet": frozenset()} == scan(build()).broken


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="XFD1048576"/></row>',
        '<row r="1048576"><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/></row>',
        "<row r='9999999'><c r='B9999999'/></row>",
    ],
)
def test_a_cell_far_out_is_refused(cells):
    """One cell at the sheet's far corner would take the whole memory, however small the file is."""
    with pytest.raises(BadInput, match="more than 10,000,000 cells"):
        scan(build(replace={SHEET: sheet(cells)}))


def test_a_workbook_that_expands_too_far_is_refused():
    """What a part says of its size is not believed: it is counted while it expands."""
    with pytest.raises(BadInput, match="expands to more than 1 MiB"):
        scan(build(add={"xl/media/x.bin": b"\0" * 2 * 1024**2}), xlsx_expanded_bytes=1024**2)


def test_text_that_multiplies_is_refused():
    """A long text that a million cells share would be copied a million times."""
    strings = f'<sst xmlns="http://x"><si><t>{"x" * 3_000_000}</t></si></sst>'
    cells = '<row r="1">' + '<c t="s"><v>0</v></c>' * 1000 + "</row>"

    with pytest.raises(BadInput, match="more text than a budget has"):
        scan(build(replace={SHEET: sheet(cells)}, add={"xl/sharedStrings.xml": strings}))


def test_declared_entities_are_refused():
    """A part with a document type could expand without end or reach out."""
    part = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet("<row><c><v>&a;</v></c></row>")

    with pytest.raises(BadInput, match="entities"):
        scan(build(replace={SHEET: part}))


def test_a_part_that_stands_twice_is_refused():
    """Two parts of one name could be read differently by two readers."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = build(add={SHEET: sheet("")})

    with pytest.raises(BadInput, match="twice"):
        scan(data)


def test_another_zip_is_no_workbook():
    """A compressed folder is told as what it is."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("b.csv", "a,b")

    with pytest.raises(BadInput, match="no Excel workbook"):
        scan(data.getvalue())


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_workbook_is_damaged(keep):
    """A download that broke off is told as damaged."""
    data = build()

    with pytest.raises(BadInput, match="damaged"):
        scan(data[: int(len(data) * keep)])


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_broken_markup_is_damaged(part):
    """A part that is cut inside is told as damaged."""
    with pytest.raises(BadInput, match="damaged"):
        scan(build(replace={part: "<worksheet><a"}))


def test_broken_cells_are_found():
    """Errors and formulas without a stored result are found; a formula whose text result is blank is not broken."""
    cells = (
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1+1</f></c><c r="C2"><f>1+1</f><v>2</v></c>'
        '<c r="D2" t="str"><f>""</f><v></v></c><c><f>1</f><v/></c></row>'
    )

    assert {"Sheet": frozenset({(2, 1), (2, 2), (2, 5)})} == scan(build(replace={SHEET: sheet(cells)})).broken
