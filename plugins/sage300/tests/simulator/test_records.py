"""Reading estimate files: no text in a field may forge a record."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from erp_bridge_sage300.simulator.records import Record, read_records

PRINTABLE = st.characters(codec="utf-8", exclude_characters='"', exclude_categories=("Cc", "Cs"))


def records_of(content: bytes, folder: Path) -> list[Record]:
    """The records of a file with this content."""
    path = folder / "a.jce"
    path.write_bytes(content)
    return list(read_records(path, "utf-8"))


@settings(deadline=None)
@given(fields=st.lists(st.text(PRINTABLE, max_size=20), min_size=1, max_size=14))
def test_reads_back_quoted_fields(tmp_path_factory, fields: list[str]) -> None:
    """Whatever text without quotes stands in a field, commas too, comes back without its padding."""
    line = ",".join(f'"{field}"' for field in fields)
    (record,) = records_of(f"{line}\r\n".encode(), tmp_path_factory.mktemp("share"))
    assert tuple(field.strip() for field in fields) == record.fields


@settings(deadline=None)
@given(content=st.binary(max_size=400))
def test_never_loses_a_line(tmp_path_factory, content: bytes) -> None:
    """Every line that is not blank is one record, readable or not, with its bytes as they were."""
    lines = [line for line in content.split(b"\n") if line.rstrip(b"\r")]
    if content:
        records = records_of(content, tmp_path_factory.mktemp("share"))
        assert lines == [record.raw.removesuffix(b"\n") for record in records]


def test_a_newline_in_a_field_makes_two_broken_lines(tmp_path: Path) -> None:
    """A record ends at the end of its line; the halves are no records of any letter that is imported."""
    records = records_of(b'C,"03-1000","Te\r\nC,"x"xt","LAB"\r\n', tmp_path)
    assert ["", ""] == [record.letter for record in records]


def test_keeps_blank_fields_at_the_end(tmp_path: Path) -> None:
    """Empty trailing fields count, quoted or bare."""
    (record,) = records_of(b'C,1,,"",', tmp_path)
    assert ("C", "1", "", "", "") == record.fields
