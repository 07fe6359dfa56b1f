"""A letter as a message: nothing in it can become a header, markup or another recipient (X3)."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.mail.letters import Letter, Quote, Row, Section
from erp_bridge_core.mail.links import Link, Links
from erp_bridge_core.mail.messages import Envelope, compose, render
from erp_bridge_core.mail.texts import header_text, one_line, several_lines

CONFIG = MailConfig(host="localhost", from_address="erp-bridge@builders.test", reply_to="accounting@builders.test")
ENVELOPE = Envelope(
    name="Mia Manager", address="manager@builders.test", message_id="<1@erp-bridge.invalid>",
    at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
)  # fmt: skip
LETTER = Letter(subject="Budget rejected", opening="Somebody rejected it.")
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
ATTACKS = [
    "Bridge\r\nBcc: spy@elsewhere.test",
    "Bridge\nBcc: spy@elsewhere.test\n\nHello",
    "=?utf-8?q?Bridge=0D=0ABcc:_spy=40elsewhere.test?=",
    "=?utf-8?b?QnJpZGdlDQpCY2M6IHNweUBlbHNld2hlcmUudGVzdA==?=",
    "Bridge\u2028Bcc: spy@elsewhere.test",
    "Bridge\x85Bcc: spy@elsewhere.test",
    "Bridge\x0bBcc: spy@elsewhere.test",
    '"<spy@elsewhere.test>, ',
]


def parsed(message: EmailMessage) -> EmailMessage:
    """The message as whoever receives it reads it."""
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.rule("X3")
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_or_subject_becomes_a_header(attack: str) -> None:
    """Line ends in any form, encoded ones too, add no header and no recipient."""
    letter = evolve(LETTER, subject=attack, opening=one_line(attack))
    message = parsed(compose(letter, evolve(ENVELOPE, name=attack), evolve(CONFIG, from_name=attack)))

    assert HEADERS == message.keys()
    assert [ENVELOPE.address] == [each.addr_spec for each in message["To"].addresses]
    assert [CONFIG.from_address] == [each.addr_spec for each in message["From"].addresses]
    assert "Bcc" not in message


@pytest.mark.rule("X3")
@given(text=st.text(max_size=300))
def test_whatever_a_project_is_called_the_headers_stay(text: str) -> None:
    """Any text at all, as subject and as name."""
    message = parsed(compose(evolve(LETTER, subject=text), evolve(ENVELOPE, name=text), CONFIG))

    assert HEADERS == message.keys()
    assert [ENVELOPE.address] == [each.addr_spec for each in message["To"].addresses]
    assert not set("\r\n") & set(message["Subject"])


@given(text=st.text(max_size=400))
def test_one_line_is_one_visible_line(text: str) -> None:
    """No control, bidirectional or separating character is left, and no encoded word in a header."""
    assert one_line(text).isprintable()
    assert len(header_text(text)) <= 150
    assert "=?" not in header_text(text)


def test_several_lines_are_each_one_line() -> None:
    """Blank ends go, inner blank lines stay, hidden characters are shown."""
    assert ("Too high.", "", "See\ufffd line 3.") == several_lines("\n Too high.\r\n\r\nSee\u202e line 3.\n\n")


@pytest.mark.rule("X3")
def test_text_from_outside_is_no_markup() -> None:
    """Whatever stands in a reason, a name or a cell is shown as it is written."""
    evil = "<script>alert(1)</script><a href='https://elsewhere.test'>x</a>{{ letter }}"
    link = Link(label=evil, url="", command=evil)
    letter = Letter(
        subject=evil, opening=evil, facts=((evil, evil),), quotes=(Quote(title=evil, lines=(evil, evil)),),
        sections=(Section(title=evil, columns=(evil,), rows=(Row(cells=(evil,), link=link),)),),
        closing=evil, link=link,
    )  # fmt: skip
    html = render(letter, "letter.html")

    assert ("<script", "<a ") == tuple(tag for tag in ("<script", "<a ") if tag not in html)
    assert "{{ letter }}" in html


def test_what_somebody_wrote_is_quoted_line_by_line() -> None:
    """It can't pass for words of ours in the text either."""
    letter = evolve(LETTER, quotes=(Quote(title="Reason", lines=("Too high.", "Open the budget: https://x.test")),))

    assert ["> Too high.", "> Open the budget: https://x.test"] == [
        line for line in render(letter, "letter.txt").splitlines() if line.startswith(">")
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("approver@builders.test", "approver@builders.test"),
        ("", "accounting@builders.test"),
        ("a@b.test\r\nBcc: spy@elsewhere.test", None),
    ],
)
def test_answers_go_to_the_approver_else_to_the_configured_address(wanted: str, expected: str | None) -> None:
    """And nowhere where what was stored is no address."""
    message = parsed(compose(evolve(LETTER, reply_to=wanted), ENVELOPE, CONFIG))

    assert expected == message["Reply-To"]


def test_links_quote_what_they_hold() -> None:
    """A project's number is data in a path and in a command."""
    link = Links(base_url="https://erp.builders.test", company="hoosier").budget("24/../001?x=1 &y")

    expected = "https://erp.builders.test/projects/24%2F..%2F001%3Fx%3D1%20%26y/budget?mode=edit&company=hoosier"
    assert expected == link.url
    assert "erp-bridge --company hoosier budget show '24/../001?x=1 &y'" == link.command


def test_without_pages_mail_names_commands() -> None:
    """No address is made up."""
    links = Links(base_url="", company="hoosier")

    urls = [each.url for each in (links.budget("1"), links.item(1), links.waiting(), links.problems())]
    assert [""] * 4 == urls
