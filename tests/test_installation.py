"""A home folder: made whole or not at all, opened, and every fault of one told with its remedy."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from erp_bridge_core import installation
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import BadInput, NotAllowed, StorageError
from erp_bridge_core.installation import Home, create_home, open_home
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.service import People
from erp_bridge_core.store.tables import people as people_table

FACTS: dict[str, Any] = {
    "company_code": "hoosier",
    "company_name": "Hoosier Builders",
    "time_zone": "America/Indiana/Indianapolis",
    "currency": "USD",
    "admin_login": "ada",
    "admin_name": "Ada Administrator",
}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Home]:
    """A new home."""
    home = create_home(tmp_path / "home", **FACTS)
    yield home
    home.close()


def services(home: Home, clock: Any) -> tuple[People, Companies, AuditTrail]:
    """The services over an opened home."""
    audit = AuditTrail(home.store, home.audit_key, home.mark)
    return People(home.store, audit, clock), Companies(home.store, audit, clock), audit


def test_a_new_home_has_a_company_and_its_administrator(made: Home, clock: Any) -> None:
    """The first person administers the first company, and signs in once he has a password."""
    people, companies, audit = services(made, clock)
    people.set_password(companies.system("hoosier"), "ada", "five plain words are enough")

    _, ada = people.sign_in("ada", "five plain words are enough", "hoosier")

    assert people.show(ada, "ada").administrator
    assert "Hoosier Builders" == companies.show(ada).name
    assert audit.check().sound
    assert "create installation" == audit.show(ada, limit=100)[-1].verb


@pytest.mark.rule("X4")
def test_what_is_secret_is_for_its_owner_alone(made: Home) -> None:
    """The key lies outside the database, and neither it nor the database can be read by others."""
    private = [made.paths.audit_key, made.paths.database, made.paths.configuration, made.paths.mark]

    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in private}
    assert made.audit_key not in made.paths.database.read_bytes()
    assert made.audit_key.hex() not in repr(made)


@pytest.mark.rule("L17")
def test_each_installation_has_a_code_of_its_own(made: Home, tmp_path: Path) -> None:
    """Six capital letters and digits, another for each; the mark outside knows it."""
    other = create_home(tmp_path / "other", **FACTS)
    other.close()

    assert made.code != other.code
    assert made.code == made.mark.read().installation
    assert len(made.code) == 6
    assert set(made.code) <= set(installation.CODE_ALPHABET)


def test_the_configuration_of_a_new_home_is_valid(made: Home) -> None:
    """What was written for the administrator to fill in is read without a fault."""
    assert Configuration.read(made.paths.home) is not None


@pytest.mark.rule("L14")
def test_a_home_is_opened_as_it_was_made(made: Home) -> None:
    """Code, key and moment are those of its making."""
    opened = open_home(made.paths.home)
    opened.close()

    assert (made.code, made.audit_key, made.created_at, False) == (
        opened.code, opened.audit_key, opened.created_at, opened.demo
    )  # fmt: skip


def test_acting_as_somebody_works_in_a_demos_home_only(made: Home, tmp_path: Path, clock: Any) -> None:
    """The home says whether it is a demo's; it can't be switched on from outside."""
    demo = create_home(tmp_path / "demo", demo=True, **FACTS)
    actor = services(demo, clock)[0].actor_as("ada", "hoosier", "tester")
    demo.close()

    assert "ada" == actor.login
    with pytest.raises(NotAllowed):
        services(made, clock)[0].actor_as("ada", "hoosier", "tester")


def test_all_faults_are_told_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    """Every wrong fact is a fault of its own; no folder appears."""
    wrong: dict[str, Any] = {"company_code": "A B", "company_name": "", "time_zone": "Indiana", "currency": "usd"}
    wrong |= {"admin_login": "Ada", "admin_name": "\n"}
    with pytest.raises(BadInput) as refused:
        create_home(tmp_path / "home", **wrong)

    wheres = ["code", "name", "time_zone", "currency", "login", "administrator_name"]
    assert wheres == [fault.where for fault in refused.value.faults]
    assert not (tmp_path / "home").exists()


def test_a_home_is_not_made_over_anything(made: Home, tmp_path: Path) -> None:
    """A folder with something in it is left as it is; another home is told as such."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")

    with pytest.raises(StorageError, match="not empty"):
        create_home(tmp_path / "full", **FACTS)
    with pytest.raises(StorageError, match="home already"):
        create_home(made.paths.home, **FACTS)
    assert ["notes.txt"] == [path.name for path in (tmp_path / "full").iterdir()]


@pytest.mark.parametrize("exists", ["missing", "empty"])
def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: str) -> None:
    """When the disk fills up while the home is made, the folder is as it was before."""
    home = tmp_path / "home"
    if exists == "empty":
        home.mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("erp_bridge_core.store.schema.creating", full)
    with pytest.raises(StorageError, match="No space left"):
        create_home(home, **FACTS)

    assert (exists == "empty") == home.exists()
    assert not home.exists() or not any(home.iterdir())


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    """A home can't be made where a file is."""
    (tmp_path / "home").write_text("a file")

    with pytest.raises(StorageError, match="can't be used"):
        create_home(tmp_path / "home", **FACTS)


def test_a_missing_home_is_told(tmp_path: Path) -> None:
    """The remedy names the command that makes one; nothing is made by looking."""
    with pytest.raises(StorageError, match="no home folder") as refused:
        open_home(tmp_path / "nowhere")

    assert "erp-bridge init" in refused.value.remedy
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", ["erp-bridge.toml", "erp-bridge.db", "audit.key"])
def test_an_unfinished_home_names_what_is_missing(made: Home, name: str) -> None:
    """A lost file is named, and not made anew in silence."""
    made.close()
    next(made.paths.home.rglob(name)).unlink()

    with pytest.raises(StorageError, match=name):
        open_home(made.paths.home)
    assert not list(made.paths.home.rglob(name))


@pytest.mark.parametrize("content", [b"not a database at all, but long enough" * 50, b""])
def test_a_damaged_database_is_told(made: Home, content: bytes) -> None:
    """Neither rubbish nor an empty file is taken for the database."""
    made.close()
    for path in made.paths.home.glob("erp-bridge.db*"):
        path.unlink()
    made.paths.database.write_bytes(content)

    with pytest.raises(StorageError) as refused:
        open_home(made.paths.home)
    assert refused.value.remedy


def test_a_database_damaged_within_is_told_when_it_is_read(made: Home) -> None:
    """Pages overwritten in the middle are a storage error with its remedy, never a stack of a library's."""
    made.close()
    content = bytearray(made.paths.database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    made.paths.database.write_bytes(content)

    def read_people() -> None:
        home = open_home(made.paths.home)
        try:
            with home.store.read() as connection:
                connection.execute(select(people_table)).all()
        finally:
            home.close()

    with pytest.raises(StorageError, match="malformed") as refused:
        read_people()
    assert "backup" in refused.value.remedy


def test_a_key_that_others_can_read_is_refused(made: Home) -> None:
    """Whoever reads the key can seal a forged trail."""
    made.paths.audit_key.chmod(0o644)

    with pytest.raises(StorageError, match="read by others") as refused:
        open_home(made.paths.home)
    assert "chmod 600" in refused.value.remedy


def test_a_damaged_key_is_told(made: Home) -> None:
    """A key of another length is not used."""
    made.paths.audit_key.write_bytes(b"short")

    with pytest.raises(StorageError, match="damaged"):
        open_home(made.paths.home)


def test_a_read_only_home_is_told(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that can't be written is told on opening, not at the first act."""
    monkeypatch.setattr("erp_bridge_core.installation.os.access", lambda *_: False)

    with pytest.raises(StorageError, match="can't be written"):
        open_home(made.paths.home)


@pytest.mark.rule("L14")
def test_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's locks can't be trusted there: neither making nor opening a home is allowed."""
    home = create_home(tmp_path / "home", **FACTS)
    home.close()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - cifs //server/share rw\n")
    monkeypatch.setattr("erp_bridge_core.store.location.MOUNTS", mounts)

    with pytest.raises(StorageError, match="cifs"):
        open_home(tmp_path / "home")
    with pytest.raises(StorageError, match="cifs"):
        create_home(tmp_path / "other", **FACTS)
    assert not (tmp_path / "other").exists()


@pytest.mark.rule("L16")
def test_a_home_put_back_from_a_backup_of_its_database_freezes(made: Home, clock: Any, tmp_path: Path) -> None:
    """The mark lies outside the database: an older copy put back is noticed on opening."""
    made.close()
    shutil.copyfile(made.paths.database, tmp_path / "backup.db")
    people, companies, _ = services(made, clock)
    people.set_password(companies.system("hoosier"), "ada", "five plain words are enough")
    made.close()
    shutil.copyfile(tmp_path / "backup.db", made.paths.database)

    opened = open_home(made.paths.home)
    reason = installation.check_mark(AuditTrail(opened.store, opened.audit_key, opened.mark))
    opened.close()

    assert reason is not None
    assert "older copy" in reason
