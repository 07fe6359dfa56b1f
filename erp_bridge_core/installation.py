"""An installation's home folder: made once, opened each time, with a clear word about whatever is wrong with it."""

import os
import secrets
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tomlkit
from attrs import field, frozen
from sqlalchemy import Connection, Row, insert, select

from erp_bridge_core.audit.entries import KEY_BYTES
from erp_bridge_core.audit.freezing import check_mark, require_thawed, thaw
from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.database_server import DatabaseConfig, database_faults
from erp_bridge_core.configuration.secrets import SecretStore
from erp_bridge_core.contract.errors import BadInput, Fault, StorageError
from erp_bridge_core.people.actor import system_actor
from erp_bridge_core.people.companies import company_faults
from erp_bridge_core.people.passwords import operating_system_user
from erp_bridge_core.people.texts import login_faults, name_faults
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.location import network_file_system
from erp_bridge_core.store.tables import companies, installation, memberships, people

__all__ = [
    "Home",
    "check_mark",
    "create_home",
    "open_home",
    "open_store",
    "require_thawed",
    "thaw",
]

#: Without the letters and digits that people mix up when they read a code aloud.
CODE_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH: Final = 6
CONFIGURATION: Final = """\
# ERP Bridge: what this host's administrator sets. Secrets never stand here, only references to them.

[files]
# Folders below which drop folders may lie.
allowed_roots = []

[secrets]
# Where `file:` references are looked up; blank: the folder `secrets` beside this file.
directory = ""
"""


@frozen(kw_only=True)
class Paths:
    """Where things are in a home folder."""

    home: Path

    @property
    def database(self) -> Path:
        """The SQLite database; there is none where `[database]` of the configuration names a server."""
        return self.home / "erp-bridge.db"

    @property
    def audit_key(self) -> Path:
        """The audit trail's key, outside the database."""
        return self.home / "keys" / "audit.key"

    @property
    def mark(self) -> Path:
        """The high-water mark, outside the database."""
        return self.home / "high-water.jsonl"

    @property
    def configuration(self) -> Path:
        """What the host's administrator sets; written last, so that its presence says that a home is whole."""
        return self.home / "erp-bridge.toml"


@frozen(kw_only=True)
class Home:
    """An opened home: its database, its key and mark, its installation code (L17), and whether it is a demo's."""

    paths: Paths
    store: Store
    audit_key: bytes = field(repr=False)
    mark: HighWaterMark
    code: str
    demo: bool
    created_at: datetime

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def create_home(
    home: Path,
    *,
    company_code: str,
    company_name: str,
    time_zone: str,
    currency: str,
    admin_login: str,
    admin_name: str,
    demo: bool = False,
    database: DatabaseConfig | None = None,
    now: datetime | None = None,
) -> Home:
    """Make a home in a missing or empty folder: key, mark, database, the first company and its first administrator.

    The database is an SQLite file in it, or an empty one that is there on a PostgreSQL server.

    Raises `BadInput` with every fault of what was given, `StorageError` for a folder that can't be used; either way
    nothing is left behind.
    """
    faults = company_faults(company_code, name=company_name, time_zone=time_zone, currency=currency)
    faults += login_faults(admin_login) + [_of_administrator(fault) for fault in name_faults(admin_name)]
    database = database or DatabaseConfig()
    faults += database_faults(database)
    if faults:
        raise BadInput("The installation can't be made.", faults=faults)
    paths = Paths(home=home)
    existed = claim_folder(home)
    try:
        first = _First(
            company=(company_code, company_name, time_zone, currency),
            administrator=(admin_login, admin_name),
            demo=demo,
            database=database,
            now=now or datetime.now(UTC),
        )
        require_local(home)
        _furnish(paths, first)
        return open_home(home)
    except BaseException as error:
        clear_folder(home, existed=existed)
        if isinstance(error, OSError):
            raise unusable(home, error) from error
        raise


def open_home(home: Path) -> Home:
    """Open a home; raises `StorageError`, with its remedy, for a missing, unfinished, damaged or read-only one."""
    paths = Paths(home=home)
    require_whole(paths)
    key = read_key(paths.audit_key)
    store = open_store(home)
    try:
        schema.check(store)
        schema.keep_checking(store)
        facts = _facts(store)
    except BaseException:
        store.close()
        raise
    return Home(
        paths=paths,
        store=store,
        audit_key=key,
        mark=HighWaterMark(paths.mark),
        code=facts.code,
        demo=facts.demo,
        created_at=facts.created_at,
    )


def open_store(home: Path) -> Store:
    """The database of a home, as its configuration names it; nothing of it is read yet."""
    configuration = Configuration.read(home)
    return configuration.database.store(Paths(home=home).database, configuration.secrets)


def _facts(store: Store) -> Row[Any]:
    with store.read() as connection:
        facts = connection.execute(select(installation)).one_or_none()
    if facts is None:
        raise StorageError("The database names no installation.", remedy="Restore it from a backup.")
    return facts


@frozen(kw_only=True)
class _First:
    company: tuple[str, str, str, str]
    administrator: tuple[str, str]
    demo: bool
    database: DatabaseConfig
    now: datetime


def claim_folder(home: Path) -> bool:
    """Make the folder, or make sure that it is empty; tells whether it was there."""
    try:
        existed = home.exists()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        taken = any(home.iterdir())
    except OSError as error:
        raise unusable(home, error) from error
    if taken:
        whole = Paths(home=home).configuration.exists()
        what = "is an ERP Bridge home already" if whole else "is not empty"
        raise StorageError(f"The folder {home} {what}.", remedy="Choose an empty or a new folder for the new home.")
    return existed


def _furnish(paths: Paths, first: _First) -> None:
    key = secrets.token_bytes(KEY_BYTES)
    paths.audit_key.parent.mkdir(mode=0o700)
    (paths.home / "secrets").mkdir(mode=0o700)
    write_new(paths.audit_key, key, mode=0o600)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    mark = HighWaterMark(paths.mark)
    mark.create(code)
    if not first.database.url:
        write_new(paths.database, b"", mode=0o600)
    store = first.database.store(paths.database, SecretStore(directory=paths.home / "secrets"))
    try:
        with schema.creating(store) as connection:
            _fill(connection, AuditTrail(store, key, mark, now=lambda: first.now), code, first)
            write_new(paths.configuration, _configuration(first.database).encode(), mode=0o600)
    finally:
        store.close()


def _configuration(database: DatabaseConfig) -> str:
    if not database.url:
        return CONFIGURATION
    document = tomlkit.parse(CONFIGURATION)
    document["database"] = {"url": database.url, "password": database.password}
    return tomlkit.dumps(document)


def _fill(connection: Connection, audit: AuditTrail, code: str, first: _First) -> None:
    company, name, time_zone, currency = first.company
    login, person = first.administrator
    connection.execute(insert(installation).values(id=1, code=code, demo=first.demo, created_at=first.now))
    row = {"code": company, "name": name, "time_zone": time_zone, "currency": currency, "policy": {}}
    added = insert(companies).values(**row, created_at=first.now).returning(companies.c.id)
    company_id = connection.execute(added).scalar_one()
    who = insert(people).values(login=login, name=person, failed_sign_ins=[], created_at=first.now)
    person_id = connection.execute(who.returning(people.c.id)).scalar_one()
    connection.execute(insert(memberships).values(company_id=company_id, person_id=person_id, administrator=True))
    acting = system_actor(company_id, company, os_user=operating_system_user())
    details = {"company": company, "administrator": login, "demo": first.demo}
    audit.record(connection, acting, "create installation", "installation", code, details=details)


def require_whole(paths: Paths) -> None:
    """Raise `StorageError`, with its remedy, for a home that is missing, unfinished, read-only or on a share."""
    if not paths.home.is_dir():
        raise StorageError(
            f"There is no home folder {paths.home}.",
            remedy="Make it with `erp-bridge init`, or name another with --home or ERP_BRIDGE_HOME.",
        )
    needed = [paths.configuration, paths.audit_key]
    if not Configuration.read(paths.home).database.url:
        needed.append(paths.database)
    missing = [path.name for path in needed if not path.is_file()]
    if missing:
        raise StorageError(
            f"The folder {paths.home} is not a whole home: {', '.join(missing)} missing.",
            remedy="Restore it from a backup; if `erp-bridge init` was cut short there, empty it and run that again.",
        )
    for path in (paths.home, *(path for path in needed if path == paths.database)):
        if not os.access(path, os.W_OK):
            raise StorageError(
                f"{path} can't be written by {operating_system_user()}.", remedy="Check its owner, mode and mount."
            )
    require_local(paths.home)


def require_local(home: Path) -> None:
    """Raise `StorageError` where the folder is on a network share (L14)."""
    kind = network_file_system(home)
    if kind is not None:
        raise StorageError(
            f"The folder {home} is on a network share ({kind}), where a database can be damaged.",
            remedy="Choose a folder on a disk of this host.",
        )


def read_key(path: Path) -> bytes:
    """The audit key; raises `StorageError` where it is damaged, or others can read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and os.name == "posix":
            raise StorageError(
                f"The audit key {path} can be read by others.", remedy=f"Take their rights away: chmod 600 {path}."
            )
        key = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"The audit key {path} can't be read: {error.strerror}.", remedy="Check its owner, or restore it."
        ) from error
    if len(key) != KEY_BYTES:
        raise StorageError(f"The audit key {path} is damaged.", remedy="Restore it from a backup.")
    return key


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that is not there yet, durably."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_folder(home: Path, *, existed: bool) -> None:
    """Take back what was made; the folder was empty before, so that all in it is ours."""
    if not existed:
        shutil.rmtree(home, ignore_errors=True)
        return
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _of_administrator(fault: Fault) -> Fault:
    return Fault("administrator_name", fault.message, value=fault.value, expected=fault.expected)


def unusable(home: Path, error: OSError) -> StorageError:
    """The storage error that tells what the operating system refused in a home."""
    return StorageError(
        f"The folder {home} can't be used: {error.strerror}.", remedy="Check its owner, mode and free space."
    )
