"""What was typed is put back into the form that it came from, and into nothing else of the page."""

import pytest

from erp_bridge_core.web.filling import fill

OTHER = '<form method="post" action="/other"><input name="text" value="theirs"></form>'


def form(fields: str, *, action: str = "/here") -> str:
    """A page with one form between others."""
    return (
        f'<!doctype html>\n{OTHER}<form method="post" action="{action}">{fields}<button>Go</button></form>{OTHER}&amp;'
    )


@pytest.mark.parametrize(
    ("fields", "typed", "expected"),
    [
        ('<input name="text">', "<b>\"'&", '<input name="text" value="&lt;b&gt;&#34;&#39;&amp;">'),
        ('<input name="text" value="a" required>', "b", '<input name="text" value="b" required>'),
        ('<input name="text" type="date">', "2026-05-04", '<input name="text" type="date" value="2026-05-04">'),
        ('<textarea name="text">a &lt; b</textarea>', "\nc & d", '<textarea name="text">\n\nc &amp; d</textarea>'),
        (
            '<select name="text"><option value="a" selected>A</option><option value="b">B</option></select>', "b",
            '<select name="text"><option value="a">A</option><option value="b" selected>B</option></select>',
        ),
        ('<input type="checkbox" name="text" value="y">', "y", '<input type="checkbox" name="text" value="y" checked>'),
    ],
)  # fmt: skip
def test_each_kind_of_field_is_filled_in(fields: str, typed: str, expected: str) -> None:
    """As text, never as markup; everything else of the page stays as it is."""
    done = fill(form(fields), "/here", [("text", typed)])

    assert (form(expected), True, ()) == (done.page, done.is_filled, done.left)


def test_boxes_that_were_not_ticked_are_cleared() -> None:
    """What was ticked by default stays so only where a person left it."""
    ticked, clear = '<input type="checkbox" name="b" value="1" checked>', '<input type="checkbox" name="b" value="2">'
    done = fill(form('<input name="a">' + ticked + clear), "/here", [("a", "y"), ("b", "2")])

    assert '<input type="checkbox" name="b" value="1"><input type="checkbox" name="b" value="2" checked>' in done.page


def test_the_state_that_was_seen_is_put_back_and_the_seals_are_not() -> None:
    """So a form over an older state is told what changed; its seals are those of the new sign-in."""
    hidden = '<input type="hidden" name="seen" value="new"><input type="hidden" name="csrf_token" value="new">'
    done = fill(form(hidden + '<input name="a">'), "/here", [("seen", "old"), ("csrf_token", "old"), ("a", "b")])

    assert (
        '<input type="hidden" name="seen" value="old"><input type="hidden" name="csrf_token" value="new">' in done.page
    )


@pytest.mark.parametrize("kind", ["password", "file"])
def test_secrets_and_files_are_left_blank(kind: str) -> None:
    """Whatever is kept under their name."""
    page = form(f'<input name="a"><input type="{kind}" name="text">')

    assert f'<input type="{kind}" name="text">' in fill(page, "/here", [("a", "b"), ("text", "hush")]).page


@pytest.mark.parametrize("action", ["/here?a=1&b=2", "/here?b=2&a=1", "/h%65re?a=1&b=2"])
def test_an_address_is_the_same_however_it_is_written(action: str) -> None:
    """Quoted otherwise, or with its query in another order."""
    done = fill(form('<input name="a">', action="/here?a=1&amp;b=2"), action, [("a", "b")])

    assert '<input name="a" value="b">' in done.page


def test_a_button_may_send_a_form_elsewhere() -> None:
    """A form is known by the addresses of its buttons, too."""
    done = fill(form('<input name="a"><button formaction="/else">Else</button>'), "/else", [("a", "b")])

    assert '<input name="a" value="b">' in done.page


@pytest.mark.parametrize(
    ("fields", "typed", "left"),
    [
        ('<select name="a"><option value="x">X</option></select>', [("a", "gone")], (("a", "gone"),)),
        ('<input name="a">', [("a", "1"), ("b", "2"), ("seen", "s")], (("b", "2"),)),
        ('<input type="hidden" name="a">', [("a", "1")], ()),
        ('<input name="a">', [("a", "1"), ("then", "more"), ("b", " ")], ()),
    ],
)
def test_what_has_no_field_is_told(
    fields: str, typed: list[tuple[str, str]], left: tuple[tuple[str, str], ...]
) -> None:
    """Choices that are none any more, and fields that the page lacks; not what nobody typed."""
    assert left == fill(form(fields), "/here", typed).left


def test_a_form_that_is_not_there_is_told_whole() -> None:
    """The page stays as it is."""
    page = form('<input name="a">')
    done = fill(page, "/gone", [("reason", "because"), ("revision", "3"), ("origin", "x")])

    assert (page, False, (("reason", "because"),)) == (done.page, done.is_filled, done.left)
