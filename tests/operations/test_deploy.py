"""What is deployed: units, image, composition, proxies and alarms name only what there is; documents tell all of it."""

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from command_lines import fault_of
from documents import ROOT

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.installation import create_home
from erp_bridge_core.operations.figures import FIGURES, Kind
from erp_bridge_core.registry import Registry
from erp_bridge_core.store.row_security import bypassed_by

if TYPE_CHECKING:
    from postgresql import PostgreSQL

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/erp-bridge/bin/erp-bridge"
CONTAINERFILE = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
COMPOSE: Any = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
RULES: Any = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
WATCHING = (ROOT / "docs" / "operators" / "watching.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of ours in units, image and composition, with where it stands."""
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
            found = re.search(rf"{PROGRAM} ([^']*)", line)
            assert found, line
            yield unit.name, shlex.split(found[1].replace("%i", "1"))
    image = re.search(r"^CMD \[(.*)\]$", CONTAINERFILE, re.MULTILINE)
    assert image
    yield "Containerfile", re.findall(r'"([^"]*)"', image[1])
    for name, service in COMPOSE["services"].items():
        if service["image"] == "erp-bridge":
            yield name, service["command"]
            if "healthcheck" in service:
                assert "erp-bridge" == service["healthcheck"]["test"][1]
                yield name, service["healthcheck"]["test"][2:]


def test_every_command_can_be_read() -> None:
    """With its options, as the program has them."""
    found = list(commands())

    assert {"erp-bridge.service", "erp-bridge-worker@.service", "Containerfile", "worker"} <= {
        name for name, _ in found
    }
    assert [] == [f"{name}: {fault}" for name, arguments in found if (fault := fault_of(arguments))]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """None has a line that it does not know."""
    for unit in UNITS:
        there = Path(shutil.which("true") or "/bin/true")
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, str(there)))
    named = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in UNITS]

    ran = subprocess.run(["systemd-analyze", "verify", *named], capture_output=True, text=True, check=False)

    assert (0, "") == (ran.returncode, ran.stderr)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda path: path.name)
def test_no_unit_has_more_rights_than_it_needs(unit: Path) -> None:
    """A user of its own, nothing to gain, and one folder to write in."""
    lines = set(unit.read_text(encoding="utf-8").splitlines())

    assert {
        "User=erp-bridge",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "UMask=0077",
    } <= lines


def test_the_image_is_made_of_what_there_is() -> None:
    """Extras, plugins and files exist; it runs as nobody special, and keeps its data in a volume."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    wanted = re.search(r'"\.\[([a-z,]+)\]"', CONTAINERFILE)
    plugins = re.search(r'^ARG PLUGINS="(.*)"$', CONTAINERFILE, re.MULTILINE)
    assert wanted
    assert plugins

    assert set() == set(wanted[1].split(",")) - set(extras)
    assert [] == [name for name in plugins[1].split() if not (ROOT / "plugins" / name / "pyproject.toml").is_file()]
    last = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001\n" in last
    assert "\nVOLUME /var/lib/erp-bridge\n" in last
    assert "urlopen('http://127.0.0.1:8000/healthz'" in last


def test_the_composition_keeps_its_containers_small() -> None:
    """Ours can write nowhere but to their volume, have no capability, and stop in time; only the proxy is open."""
    ours = [service for service in COMPOSE["services"].values() if service["image"] == "erp-bridge"]

    assert 2 == len(ours)
    for service in ours:
        assert (True, ["ALL"], "90s") == (service["read_only"], service["cap_drop"], service["stop_grace_period"])
        assert (DEPLOY / "container" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert ["proxy"] == [name for name, service in COMPOSE["services"].items() if "ports" in service]
    assert (DEPLOY / "container" / COMPOSE["services"]["proxy"]["volumes"][0].partition(":")[0]).is_file()


def test_the_compositions_database_is_one_that_the_product_takes(postgresql: "PostgreSQL", tmp_path: Path) -> None:
    """As PostgreSQL's image makes it: its text is in the order of its bytes, and its owner is held by policies."""
    database = COMPOSE["services"]["database"]
    script = next(each for each in database["volumes"] if each.startswith("./")).split(":")
    assert "/docker-entrypoint-initdb.d/database.sql" == script[1]
    asked = re.findall(r"^\\getenv \w+ (\w+)$", (DEPLOY / "container" / script[0]).read_text(), re.MULTILINE)
    assert asked == ["DATABASE_PASSWORD"]
    assert set(asked) <= database["environment"].keys()
    program = [postgresql.binaries / "psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-h", "127.0.0.1"]
    asks = ["-p", str(postgresql.port), "-U", "postgres", "-d", "postgres", "-f", DEPLOY / "container" / script[0]]
    administrator = {"PGPASSWORD": postgresql.password, asked[0]: postgresql.password}
    subprocess.run([*program, *asks], env=administrator, check=True, capture_output=True)
    server = DatabaseConfig(
        url=f"postgresql://bridge@127.0.0.1:{postgresql.port}/bridge", password="env:TEST_DATABASE_PASSWORD"
    )

    home = create_home(
        tmp_path / "home", company_code="hoosier", company_name="Hoosier Builders", time_zone="UTC", currency="USD",
        admin_login="ada", admin_name="Ada", database=server,
    )  # fmt: skip
    with home.store.read() as connection:
        bypassed = bypassed_by(connection)
    home.close()

    assert "" == bypassed


def test_the_image_has_an_empty_home() -> None:
    """`init` takes no other: the files that a new user is given would be in its way."""
    assert "--no-create-home" in CONTAINERFILE
    assert "--create-home" not in CONTAINERFILE.replace("--no-create-home", "")


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    """No setting in it is unknown, and the plugins that it names can be used."""
    shutil.copyfile(DEPLOY / "erp-bridge.toml", tmp_path / "erp-bridge.toml")

    read = Configuration.read(tmp_path)

    assert ("json", True, "file:metrics") == (read.logs.format, read.logs.id_from_proxy, read.metrics.token)
    assert [] == [name for name, broken in Registry.load(read.enabled_plugins).broken.items() if broken]


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_proxies_keep_figures_and_ids_within(name: str) -> None:
    """Nobody from elsewhere reads figures, and no client names his act."""
    text = (DEPLOY / "proxy" / name).read_text(encoding="utf-8")

    assert all(word in text for word in ("metrics", "healthz", "readyz", "X-Request-ID", "traceparent"))
    assert re.search(r"25MB|25m;", text)


# -- alarms -----------------------------------------------------------------------------------------------------------


def series() -> set[str]:
    """Everything that Prometheus knows of us."""
    names = {figure.full_name for figure in FIGURES}
    of_histograms = {figure.full_name for figure in FIGURES if figure.kind is Kind.HISTOGRAM}
    return names | {f"{name}_{part}" for name in of_histograms for part in ("bucket", "count", "sum")}


def test_alarms_ask_for_figures_that_there_are() -> None:
    """With labels that they have."""
    labels = {figure.full_name: {*figure.labels, "le"} for figure in FIGURES}
    for rule in RULES:
        asked = re.findall(r"\b(erp_bridge_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked or rule["alert"] == "ErpBridgeDown"
        for name, chosen in asked:
            assert name in series(), rule["alert"]
            given = set(re.findall(r"(\w+)[=!]", chosen))
            assert given <= labels.get(re.sub(r"_(bucket|count|sum)$", "", name), set()), rule["alert"]


def test_each_alarm_is_told_with_what_to_do() -> None:
    """One row of the document each, in the same order, and none for an alarm that is gone."""
    section = WATCHING.partition("## Alarms")[2]
    rows = re.findall(r"^\| `(ErpBridge\w+)` \| (.+) \| (.+) \|$", section, re.MULTILINE)

    assert [rule["alert"] for rule in RULES] == [name for name, _, _ in rows]
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] in {"page", "ticket"} for rule in RULES)


def test_each_figure_is_told() -> None:
    """Its name, kind, labels and meaning are the program's."""
    rows = re.findall(r"^\| `(erp_bridge_\w+)` \| (\w+) \| (.*?) ?\| (.+) \|$", WATCHING, re.MULTILINE)
    expected = [
        (each.full_name, each.kind.value, ", ".join(f"`{label}`" for label in each.labels), each.meaning)
        for each in FIGURES
    ]

    assert expected == rows
