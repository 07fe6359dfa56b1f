"""Mail by real processes: two at once send each once, and what a killed one had claimed is taken over."""

import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from mail_room import configure
from post_office import PostOffice
from sqlalchemy import update

from erp_bridge_core.app import Application
from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.installation import create_home
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.store.tables import people

MAILS = 30
SECONDS = 60


class LaterClock(SystemClock):
    """The host's clock, ahead by so much."""

    def __init__(self, ahead: timedelta) -> None:
        super().__init__()
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


@frozen(kw_only=True)
class Site:
    """A whole home of its own, whose administrator has mail waiting."""

    home: Path

    @classmethod
    def make(cls, home: Path, *, mails: int) -> "Site":
        create_home(
            home, company_code="hoosier", company_name="Hoosier Builders", time_zone="UTC", currency="USD",
            admin_login="ada", admin_name="Ada Administrator", demo=True,
        ).close()  # fmt: skip
        with Application.open(home) as application, application.store.begin() as connection:
            connection.execute(update(people).values(email="ada@builders.test"))
            for number in range(mails):
                payload = {"number": number}
                notify(connection, 1, kind="news", people=[1], payload=payload, at=application.clock.now())
        return cls(home=home)

    def start(self) -> "subprocess.Popen[str]":
        """Send, in a process of its own."""
        command = [sys.executable, "-m", "erp_bridge_core", "--home", str(self.home), "--as", "ada", "mail", "send"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def send_later(self, **later: int) -> tuple[int, ...]:
        """Send here, as if so much time had passed; which were sent."""
        with Application.open(self.home, clock=LaterClock(timedelta(**later))) as application:
            return application.mail.send(application.people.actor_as("ada", "hoosier")).sent


@pytest.mark.rule("M5")
def test_two_processes_send_each_mail_once(tmp_path: Path, office: PostOffice, authority: Any) -> None:
    """They share the work, and no mail goes out twice."""
    site = Site.make(tmp_path / "home", mails=MAILS)
    configure(site.home, office, str(authority.ca_file))
    both_work = threading.Barrier(2)
    met: list[threading.BrokenBarrierError] = []

    def wait_for_the_other() -> None:
        # The first message of each process is held until the other has one under way too.
        if len(office.taken) <= 2:
            try:
                both_work.wait(SECONDS)
            except threading.BrokenBarrierError as error:
                met.append(error)

    office.on_message = wait_for_the_other
    processes = [site.start() for _ in range(2)]
    ended = [process.communicate(timeout=SECONDS) for process in processes]

    assert [0, 0] == [process.returncode for process in processes], ended
    assert [] == met, "both were at work at once"
    assert (MAILS, MAILS) == (len(office.identities), len(set(office.identities)))


@pytest.mark.rule("M5")
def test_a_killed_process_loses_no_mail(tmp_path: Path, office: PostOffice, authority: Any) -> None:
    """Killed after the server took one and before it was noted: that one comes again, with the same Message-ID."""
    site = Site.make(tmp_path / "home", mails=3)
    configure(site.home, office, str(authority.ca_file))
    taken, killed = threading.Event(), threading.Event()

    def hold() -> None:
        if len(office.taken) == 2:
            taken.set()
            killed.wait(SECONDS)

    office.on_message = hold
    process = site.start()
    assert taken.wait(SECONDS)
    process.kill()
    process.communicate(timeout=SECONDS)
    killed.set()

    assert (3,) == site.send_later(minutes=1), "what was claimed may still be under way"
    assert (2,) == site.send_later(minutes=16)
    assert (4, 3) == (len(office.identities), len(set(office.identities)))
    assert office.identities[1] == office.identities[3]
