"""Mail into a folder: what a demo does, and hosts where another program carries mail on."""

from email import message_from_bytes, policy

import pytest
from attrs import evolve
from mail_room import MANAGER, MailRoom

from erp_bridge_core.contract.errors import StorageError


def test_each_mail_becomes_a_private_file(room: MailRoom) -> None:
    """One file a message, readable by its owner alone, nothing half written beside it."""
    room.configure(transport="files", host=None, username=None, password=None)
    room.tell(2, 3)
    done = room.send()
    files = sorted((room.home / "mail").iterdir())

    assert (1, 2) == done.sent
    assert [".eml"] * 2 == [path.suffix for path in files]
    assert [0o600] * 2 == [path.stat().st_mode & 0o777 for path in files]
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    assert MANAGER in " ".join(message["To"] for message in messages)
    assert [] == room.office.taken


def test_a_second_try_writes_the_same_file(room: MailRoom) -> None:
    """The name is the message's own."""
    room.configure(transport="files", host=None, username=None, password=None)
    room.tell(2)
    room.send()
    with room.store.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'waiting'")
    room.send()

    assert 1 == len(list((room.home / "mail").iterdir()))


def test_a_folder_that_cannot_be_written_keeps_mail_waiting(room: MailRoom) -> None:
    """Told as a storage error; nothing is lost."""
    room.configure(transport="files", host=None, username=None, password=None)
    (room.home / "mail").write_text("in the way")
    room.tell(2)
    done = room.send()

    assert isinstance(done.error, StorageError)
    assert [("waiting", 0)] == [state[:2] for state in room.states()]


@pytest.mark.parametrize(("demo", "expected"), [(True, 1), (False, 0)])
def test_only_a_demo_writes_files_unasked(room: MailRoom, demo: bool, expected: int) -> None:  # noqa: FBT001 -- a parameter
    """Elsewhere somebody must say where mail goes."""
    (room.home / "erp-bridge.toml").unlink()
    room.tell(2)
    mail = evolve(room.mail, demo=demo)
    if demo:
        mail.send(room.approver)

    assert expected == len(list(room.home.glob("mail/*.eml")))
