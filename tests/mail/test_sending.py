"""Mail over SMTP: a real server, real certificates, and all that may go wrong on the way."""

import smtplib
from typing import Any

import pytest
from mail_room import APPROVER, MANAGER, VIEWER, MailRoom
from post_office import PASSWORD, PostOffice
from sqlalchemy import update

from erp_bridge_core.contract.errors import BadSettings, Frozen, MailFailed, NotAllowed
from erp_bridge_core.mail.deliveries import PAUSES, DeliveryState
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import companies, installation, memberships, people


@pytest.mark.rule("M5")
def test_each_person_gets_his_mail_encrypted_and_once(room: MailRoom) -> None:
    """Over STARTTLS with a sign-in, one message each; a second run sends nothing."""
    room.tell(2, 3, 3)
    done = room.send()
    again = room.send()

    assert ((1, 2), ()) == (done.sent, again.sent)
    assert [MANAGER, APPROVER] == room.office.recipients
    assert ([True], [True, True]) == (room.office.sign_ins, room.office.encrypted)
    assert [f"Mia Manager <{MANAGER}>", f"Abe Approver <{APPROVER}>"] == [each["To"] for each in room.office.messages]


def test_implicit_tls_works_too(room: MailRoom, authority: Any) -> None:
    """`security = "tls"` encrypts from the first byte."""
    room.tell(2)
    with PostOffice(authority.authority, security="tls") as office:
        room.configure(security="tls", port=office.port)
        room.send()

    assert ([MANAGER], [True]) == (office.recipients, office.encrypted)


def test_a_certificate_that_is_not_trusted_gets_no_password(room: MailRoom) -> None:
    """An unknown authority: nothing goes out, and the mail waits."""
    room.tell(2)
    room.configure(ca_file=None)
    done = room.send()

    assert isinstance(done.error, MailFailed)
    assert "not trusted" in done.error.message
    assert ([], []) == (room.office.sign_ins, room.office.recipients)
    assert [("waiting", 0)] == [state[:2] for state in room.states()]


def test_a_certificate_of_another_name_is_refused(room: MailRoom) -> None:
    """The certificate is for `localhost`, not for its address."""
    room.tell(2)
    room.configure(host="127.0.0.1")
    done = room.send()

    assert isinstance(done.error, MailFailed)
    assert "mismatch" in done.error.message
    assert [] == room.office.sign_ins


def test_without_encryption_nothing_is_said(room: MailRoom, authority: Any) -> None:
    """A server that offers no STARTTLS, as one whose offer was taken out on the way, gets no password and no mail."""
    room.tell(2)
    with PostOffice(authority.authority, offers_tls=False) as office:
        room.configure(port=office.port)
        done = room.send()

    assert isinstance(done.error, MailFailed)
    assert "STARTTLS" in done.error.message
    assert ([], []) == (office.sign_ins, office.recipients)


@pytest.mark.rule("X4")
def test_a_refused_sign_in_is_told_without_the_password(room: MailRoom) -> None:
    """The run ends at the first refusal; what is stored and told holds no secret."""
    room.tell(2, 3)
    room.put_password("wrong-quiet-words")
    done = room.send()

    assert isinstance(done.error, MailFailed)
    assert "refuses our sign-in" in done.error.message
    assert 1 == len(set(room.office.sign_ins)), "one try of one password"
    assert "quiet-words" not in str([done.error.to_json(), room.states()])


@pytest.mark.rule("X4")
def test_a_server_that_repeats_the_password_gives_it_to_nobody(room: MailRoom) -> None:
    """Its words are stored with the secret taken out."""
    room.tell(2)
    room.office.answers = {MANAGER: f"550 not with {PASSWORD}"}
    room.send()

    assert [("given_up", 1, "550 not with ***")] == room.states()


@pytest.mark.rule("M5")
def test_one_bad_address_does_not_stop_the_others(room: MailRoom) -> None:
    """Refused for good: given up where people see it; refused for now: put off; the third gets his."""
    room.office.answers = {MANAGER: "550 no such person", APPROVER: "451 come back later"}
    room.tell(2, 3, 4)
    done = room.send()

    assert ((3,), (2,), (1,)) == (done.sent, done.put_off, done.given_up)
    assert [VIEWER] == room.office.recipients
    assert [
        ("given_up", 1, "550 no such person"),
        ("waiting", 1, "451 come back later"),
        ("sent", 1, None),
    ] == room.states()


@pytest.mark.rule("M5")
def test_tries_grow_apart_and_end(room: MailRoom) -> None:
    """After each pause, not before, with one Message-ID; after the last it is given up, until a person puts it back."""
    room.office.answers = {MANAGER: "451 come back later"}
    room.tell(2)
    for pause in PAUSES:
        assert (1,) == room.send().put_off
        room.clock.advance(seconds=pause.total_seconds() - 1)
        assert () == room.send().put_off
        room.clock.advance(seconds=1)

    assert (1,) == room.send().given_up
    assert [("given_up", 9, "given up after 9 tries: 451 come back later")] == room.states()
    room.clock.advance(days=30)
    assert ((), ()) == (room.send().sent, room.send().given_up)


def test_a_person_puts_back_what_was_given_up(room: MailRoom, administrator: Actor) -> None:
    """Once the address is right it goes out, under the same Message-ID."""
    room.office.answers = {MANAGER: "550 no such person"}
    room.tell(2)
    room.send()
    (given_up,) = room.mail.list(administrator, state=DeliveryState.GIVEN_UP)
    room.office.answers = {}

    assert ((1,), ()) == (room.mail.retry(administrator), room.mail.retry(administrator))
    assert (1,) == room.send().sent
    assert [given_up.message_id] == room.office.identities


@pytest.mark.rule("M5")
def test_mail_waits_for_a_server_that_is_gone(room: MailRoom) -> None:
    """However long: no try is counted, nothing is given up, and all goes out when it is back."""
    room.tell(2, 3)
    room.office.stop()
    for _ in range(12):
        assert isinstance(room.send().error, MailFailed)
        room.clock.advance(days=1)
    assert [("waiting", 0)] * 2 == [state[:2] for state in room.states()]
    room.office.start()

    assert (1, 2) == tuple(sorted(room.send().sent))
    assert {MANAGER, APPROVER} == set(room.office.recipients)


@pytest.mark.rule("M5")
def test_a_connection_that_ends_before_the_answer_repeats_one_message_id(
    room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took it, nobody knows: it goes out again later, and both are one message to whoever reads them."""
    answers = [smtplib.SMTPServerDisconnected("Connection unexpectedly closed")]
    given = smtplib.SMTP.send_message

    def cut(*arguments: Any, **options: Any) -> Any:
        result = given(*arguments, **options)
        if answers:
            raise answers.pop()
        return result

    monkeypatch.setattr(smtplib.SMTP, "send_message", cut)
    room.tell(2)
    first = room.send()
    room.clock.advance(minutes=1)
    second = room.send()

    assert ((1,), (1,)) == (first.put_off, second.sent)
    assert 2 == len(room.office.identities)
    assert 1 == len(set(room.office.identities))
    assert room.office.messages[0]["Date"] == room.office.messages[1]["Date"]


@pytest.mark.rule("P0")
def test_mail_of_a_company_goes_to_its_people_alone(room: MailRoom) -> None:
    """Who has left gets none, and another company's mail is not touched."""
    with room.store.begin() as connection:
        connection.execute(memberships.delete().where(memberships.c.person_id == 2))
        connection.execute(update(people).where(people.c.id == 3).values(email=""))
        other = {"id": 2, "code": "other", "name": "Other", "time_zone": "UTC", "currency": "USD", "policy": {}}
        connection.execute(companies.insert().values(**other, created_at=room.clock.now()))
    room.tell(2, 3, 4)
    room.tell(4, company=2)
    done = room.send()

    assert ((3,), (1, 2)) == (done.sent, done.given_up)
    assert [VIEWER] == room.office.recipients
    assert ["manager no longer belongs to the company", "approver has no mail address", None, None] == [
        problem for _, _, problem in room.states()
    ]


@pytest.mark.rule("L16")
def test_a_restored_copy_sends_nothing_until_it_is_thawed(room: MailRoom) -> None:
    """It may know of mail that went out long ago."""
    room.tell(2)
    with room.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="it is an older copy."))
    with pytest.raises(Frozen):
        room.send()

    assert [] == room.office.recipients


def test_without_a_server_mail_waits(room: MailRoom) -> None:
    """Nothing is lost where nobody has configured one yet."""
    (room.home / "erp-bridge.toml").unlink()
    room.tell(2)
    with pytest.raises(BadSettings, match="No way for mail"):
        room.send()

    assert [("waiting", 0, None)] == room.states()


def test_only_administrators_read_mail_and_put_it_back(room: MailRoom) -> None:
    """Mail may be about anything in the company."""
    room.tell(2)
    for act in (
        room.mail.list,
        room.mail.retry,
        lambda actor: room.mail.show(actor, 1),
        lambda actor: room.mail.test(actor, MANAGER),
    ):
        with pytest.raises(NotAllowed):
            act(room.approver)


@pytest.mark.rule("P1")
def test_only_whoever_has_standard_on_erp_integrations_sends(room: MailRoom, manager: Actor, viewer: Actor) -> None:
    """Who may only look sends nothing."""
    for act in (room.mail.send, room.mail.make_summaries):
        for actor in (manager, viewer):
            with pytest.raises(NotAllowed):
                act(actor)


def test_a_test_mail_tells_whether_mail_works(room: MailRoom, administrator: Actor) -> None:
    """It goes out at once, and the server's refusal is told in its own words."""
    room.mail.test(administrator, VIEWER)
    room.office.answers = {VIEWER: "554 relay not permitted"}
    with pytest.raises(MailFailed, match="554 relay not permitted"):
        room.mail.test(administrator, VIEWER)

    assert [VIEWER] == room.office.recipients


def test_a_defect_in_one_message_does_not_hold_up_the_next_run(room: MailRoom) -> None:
    """It is told as a defect, put off, and the others go out."""
    room.tell(2, kind="mismatch")
    room.tell(3)
    with pytest.raises(LookupError):
        room.send()
    room.send()

    assert [("waiting", 1, "defect: LookupError"), ("sent", 1, None)] == room.states()
    assert [APPROVER] == room.office.recipients
