"""Bytes become text strictly, each wrong one named by its place."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import BadInput, UsageError
from erp_bridge_core.sources.decoding import decoded_lines, detect_encoding

CHUNK = 1024 * 1024


@pytest.fixture
def read(tmp_path):
    """Read bytes to lines, and see that the digest took in all of them."""

    def read(data, given=None, longest=CHUNK * 4):
        path = tmp_path / "b.csv"
        path.write_bytes(data)
        digest = hashlib.sha256()
        lines = list(decoded_lines(path, "b.csv", detect_encoding(path, "b.csv", given), digest, longest))
        assert hashlib.sha256(data).hexdigest() == digest.hexdigest()
        return lines

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_tell_the_encoding(read, encoding):
    """UTF-8 with or without its mark and UTF-16 with its mark are read alike."""
    assert ["m³,A\n", "ß\n"] == read("m³,A\nß\n".encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "given"), [("cp1252", "cp1252"), ("utf-16-le", "utf-16-le"), ("utf-8-sig", "utf8")]
)
def test_a_given_encoding_is_used(read, encoding, given):
    """A person may name the encoding."""
    assert ["m³\n"] == read("m³\n".encode(encoding), given)


def test_an_unknown_encoding_is_bad_usage(read):
    """An encoding that does not exist is the caller's fault; so is a codec that is none of text."""
    for name in ("latin-99", "zlib"):
        with pytest.raises(UsageError, match=name):
            read(b"x", name)


@pytest.mark.parametrize("before", [0, 5, CHUNK - 1, CHUNK, CHUNK + 7])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_wrong_byte_is_named_by_its_place(read, before, mark):
    """The offset counts from the file's first byte, over marks and wherever it was read in pieces."""
    with pytest.raises(BadInput) as caught:
        read(mark + b"x" * before + b"\xe9,1\n", longest=CHUNK * 3)

    assert f"b.csv byte {before + len(mark):,}" == caught.value.faults[0].where
    assert "0xE9" == caught.value.faults[0].value
    assert "cp1252" in caught.value.remedy


def test_a_cut_character_at_the_end_is_told(read):
    """A file that ends within a character was cut."""
    with pytest.raises(BadInput, match="byte 1 is 0xC3"):
        read(b"x\xc3")


def test_a_null_is_binary(read):
    """A null character makes it a binary file."""
    with pytest.raises(BadInput, match="binary"):
        read(b"a,b\n" * 2000 + b"\0")


def test_a_line_without_end_is_refused(read):
    """A line that never ends does not fill the memory."""
    with pytest.raises(BadInput, match="line of more than 1,000 characters"):
        read(b"x" * (CHUNK + 1), longest=1000)


@given(st.lists(st.tuples(st.text("ab,\u2028\x0b", max_size=6), st.sampled_from(["\n", "\r\n", "\r"])), max_size=8))
def test_lines_keep_their_ends(tmp_path_factory, parts):
    """Only line feeds and carriage returns end a line, and nothing of the text is lost."""
    path = tmp_path_factory.mktemp("lines") / "b.csv"
    text = "".join(line + end for line, end in parts)
    path.write_bytes(text.encode())

    lines = list(decoded_lines(path, "b.csv", "utf-8", hashlib.sha256(), 1000))

    assert text == "".join(lines)
    assert len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1 == len(lines)


def test_a_line_end_split_between_pieces_is_one(read):
    """A carriage return at the end of one piece and its line feed in the next are one line end."""
    assert ["x" * (CHUNK - 1) + "\r\n", "y\n"] == read(b"x" * (CHUNK - 1) + b"\r\ny\n")
