"""The suite as a pytest plugin: options, what is collected, what is told.

Inert unless `--erp` names an adapter or `--source` a budget source.
"""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

if TYPE_CHECKING:
    from erp_bridge_core.conformance.effort import Effort
    from erp_bridge_core.conformance.preflight import Flight
    from erp_bridge_core.conformance.rulebook import Part, Rule
    from erp_bridge_core.conformance.run import Told
    from erp_bridge_core.conformance.source_world.subject import SourceSubject
    from erp_bridge_core.conformance.subject import Subject
    from erp_bridge_core.conformance.world.site import Site

#: The name under which the plugin of a run is registered.
NAME: Final = "erp-bridge-conformance-run"
_FOLDER: Final = Path(__file__).parent
_PROPERTY: Final = "erp_bridge_rule"
_FLIGHT: Final = "erp_bridge_flight"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The suite's options."""
    group = parser.getgroup("erp-bridge", "ERP Bridge's conformance suite")
    group.addoption("--erp", metavar="NAME", help="the adapter to test: its installed name, or package.module:object")
    group.addoption("--certificate", metavar="FILE", help="write the certificate here")
    for name, options in (
        ("--source", {"metavar": "NAME", "help": "the budget source to test, likewise"}),
        ("--seed", {"type": int, "default": 0, "help": "what random cases are drawn from"}),
        ("--case", {"default": "", "metavar": "ID", "help": "run one rule, or one case as a failure names it"}),
        ("--thorough", {"action": "store_true", "help": "the largest budgets and many more cases"}),
        ("--sample", {"action": "store_true", "help": "only what fits into a minute"}),
        ("--fault-pairs", {"type": int, "metavar": "N", "help": "how many random pairs of faults are tried"}),
        (
            "--sandbox",
            {"metavar": "FILE", "help": "TOML: a live test company, or what one said, instead of the simulator"},
        ),
        ("--record", {"metavar": "FILE", "help": "keep what the ERP answers, for a recorded sandbox"}),
        ("--preflight-seconds", {"type": float, "default": 60.0, "help": "how long the first budget may take"}),
        ("--gaps", {"metavar": "FILE", "help": "TOML with the gaps that are declared: rule, reason, link, expires"}),
    ):
        try:
            group.addoption(name, dest=f"erp_bridge_{name[2:].replace('-', '_')}", **options)
        except ValueError:  # another plugin has an option of that name: ours goes by a longer one
            group.addoption(f"--erp-{name[2:]}", dest=f"erp_bridge_{name[2:].replace('-', '_')}", **options)


def pytest_configure(config: pytest.Config) -> None:
    """Register what works only in a run of the suite."""
    if config.getoption("--erp") and config.getoption("erp_bridge_source"):
        raise pytest.UsageError("--erp and --source are two runs: name one of them")
    if config.getoption("--erp"):
        config.pluginmanager.register(ConformancePlugin(config, str(config.getoption("--erp"))), NAME)
    elif config.getoption("erp_bridge_source"):
        from erp_bridge_core.conformance.source_plugin import SourceConformancePlugin

        config.pluginmanager.register(SourceConformancePlugin(config, str(config.getoption("erp_bridge_source"))), NAME)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only the rules of what is asked for are collected here: without `--erp` or `--source` none."""
    kinds = {"--erp": "rules", "erp_bridge_source": "source_rules"}
    if not collection_path.is_relative_to(_FOLDER):
        return None
    asked = {folder for option, folder in kinds.items() if config.getoption(option)}
    others = {*kinds.values()} - asked
    return True if not asked or any(collection_path.is_relative_to(_FOLDER / each) for each in others) else None


@pytest.fixture
def erp_bridge_site(tmp_path: Path) -> Iterator[Callable[[str], "Site"]]:
    """For a plugin's own tests: `erp_bridge_site("acme")` is a site of that adapter and its simulator, ready to use.

    A project is linked to a simulated job with the suite's standard budget's codes; what people do is a method of the
    site (`build`, `send`, `accept`, `export`, `post`, `verify`), the ERP's own books are `entries()`. One at a time.
    """
    from erp_bridge_core.conformance.effort import Effort
    from erp_bridge_core.conformance.subject import find_subject
    from erp_bridge_core.conformance.world.bench import Bench

    with ExitStack() as stack:

        def site(spec: str) -> "Site":
            bench = stack.enter_context(Bench(subject=find_subject(spec), effort=Effort(), folder=tmp_path / "bench"))
            return stack.enter_context(bench.site(bench.linked()))

        yield site


@pytest.fixture
def erp_bridge_erp(erp_bridge_site: Callable[[str], "Site"]) -> Callable[[str], Any]:
    """For a plugin's own tests: `erp_bridge_erp("acme")` is the `erp` that the adapter is given at such a site."""

    def erp(spec: str) -> Any:
        return erp_bridge_site(spec).erp()

    return erp


class ConformancePlugin:
    """The plugin of one run, in the main process and in each worker of pytest-xdist."""

    def __init__(self, config: pytest.Config, spec: str) -> None:
        from erp_bridge_core.conformance.effort import Effort
        from erp_bridge_core.conformance.manifest import manifest
        from erp_bridge_core.conformance.run import Run, read_gaps

        self.config = config
        self.spec = spec
        self.effort: Effort = _effort(config)
        gaps = config.getoption("erp_bridge_gaps")
        self.run = Run(rules=manifest(self.part), effort=self.effort, gaps=read_gaps(Path(gaps) if gaps else None))
        self.flight: Flight = self._fly()
        if self.flight.landed:
            self.run.evidence = self.subject.evidence
        self.collected: set[str] = set()
        self.opened: Any = None

    @property
    def part(self) -> "Part":
        """The part of the suite that is run."""
        from erp_bridge_core.conformance.rulebook import FOR_ERPS

        return FOR_ERPS

    @property
    def first(self) -> tuple[str, str]:
        """The rules that the preflight answers."""
        from erp_bridge_core.conformance.preflight import FIRST

        return FIRST

    def _fly(self) -> "Flight":
        from erp_bridge_core.conformance.preflight import Flight, fly

        given = getattr(self.config, "workerinput", {}).get(_FLIGHT)
        if given:
            return Flight(**json.loads(given))
        sandbox = self.config.getoption("erp_bridge_sandbox")
        patience = self.config.getoption("erp_bridge_preflight_seconds")
        return fly(self.spec, patience=patience, sandbox=Path(sandbox) if sandbox else None, first=self.first)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist how the preflight went."""
        node.workerinput[_FLIGHT] = json.dumps({"rule": self.flight.rule, "why": self.flight.why})

    # -- collecting ---------------------------------------------------------------------------------------------------

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what was not asked for."""
        from erp_bridge_core.conformance.rulebook import rule_of

        wanted = self.effort.case.partition(":")[0]
        kept = []
        for item in items:
            rule = rule_of(getattr(item, "function", None))
            if rule is not None:
                self.collected.add(rule.id)
                if wanted not in {"", rule.id}:
                    continue
            kept.append(item)
        items[:] = kept

    def open_bench(self, folder: Path) -> Any:
        """The one bench of this process, not entered yet."""
        from erp_bridge_core.conformance.world.bench import Bench

        record = self.config.getoption("erp_bridge_record")
        self.opened = Bench(
            subject=cast("Subject", self.subject),
            effort=self.effort,
            folder=folder,
            record=Path(record).absolute() if record else None,
        )
        return self.opened

    @property
    def subject(self) -> "Subject | SourceSubject":
        """The adapter under test."""
        from erp_bridge_core.conformance.sandbox import read_sandbox
        from erp_bridge_core.conformance.subject import find_subject

        sandbox = self.config.getoption("erp_bridge_sandbox")
        return find_subject(self.spec, read_sandbox(Path(sandbox)) if sandbox else None)

    # -- running ------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Skip what can't be run, saying why."""
        from erp_bridge_core.conformance.rulebook import rule_of

        rule = rule_of(getattr(item, "function", None))
        if rule is not None:
            self._admit(rule)
        yield

    def _admit(self, rule: "Rule") -> None:
        from erp_bridge_core.conformance.run import BLOCKED

        if not self.flight.landed:
            if rule.id == self.flight.rule:
                pytest.fail(self.flight.why, pytrace=False)
            if rule.id not in self.first or self.first.index(rule.id) > self.first.index(self.flight.rule):
                pytest.skip(f"{BLOCKED}: {self.flight.rule}")
            return
        subject = self.subject
        if why := rule.applies(subject.adapter.profile):
            pytest.skip(f"not applicable: {why}")
        if subject.evidence not in rule.evidence:
            pytest.skip(f"not applicable: it can't rest on {subject.evidence.value} evidence")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let each report say what it says of its rule."""
        from erp_bridge_core.conformance.rulebook import rule_of
        from erp_bridge_core.conformance.run import plain
        from erp_bridge_core.conformance.verdicts import told_by

        report = yield
        rule = rule_of(getattr(item, "function", None))
        if (hung := self._ground(call)) is not None:
            report.user_properties.append((_PROPERTY, plain(hung)))
        if rule is not None:
            cases = self.opened.counted(rule.id) if self.opened else 1
            told = told_by(rule, report, call, cases=cases)
            if told is not None:
                report.user_properties.append((_PROPERTY, plain(told)))
                known = "a declared gap" if self.run.has_gap(rule, _today()) else rule.until
                if report.failed and known:
                    # As pytest knows what is known to fail: told, and no reason for the run to fail.
                    report.outcome, report.wasxfail = "skipped", known
        return report

    def _ground(self, call: pytest.CallInfo[None]) -> "Told | None":
        """An adapter that hung once is not asked again: each rule would wait for it as long."""
        from erp_bridge_core.certificates import Result
        from erp_bridge_core.conformance.guard import OutOfTime
        from erp_bridge_core.conformance.preflight import Flight
        from erp_bridge_core.conformance.run import Told

        if call.excinfo is None or not isinstance(call.excinfo.value, OutOfTime):
            return None
        self.flight = Flight(rule=self.first[1], why=str(call.excinfo.value))
        return Told(rule=self.flight.rule, result=Result.FAILED, why=self.flight.why)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what was told, also by another process."""
        from erp_bridge_core.conformance.run import from_plain

        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, dict):
                self.run.tell(from_plain(value))
                self.collected.add(value["rule"])

    # -- telling ------------------------------------------------------------------------------------------------------

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A rule of the manifest that was not heard of, or a gap that expired, fails the run."""
        if self._is_worker or self.effort.case or session.config.option.keyword or session.config.option.collectonly:
            return
        untold = any(each.result.value == "not_run" for each in self.run.results(_today()))
        if (untold or self.run.expired(_today())) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._write_certificate()

    @property
    def _is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    def _write_certificate(self) -> None:
        path = self.config.getoption("--certificate")
        if path and self.flight.landed:
            target = Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.run.certificate(self.subject.adapter).to_json(), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """What a person can act on."""
        from erp_bridge_core.conformance.run import summary_lines

        results = self.run.results(_today())
        terminalreporter.section(f"conformance of {self.spec}, seed {self.effort.seed}")
        if not self.flight.landed:
            terminalreporter.line(f"It can't be tried: {self.flight.why}")
        for line in summary_lines(self.run, results):
            terminalreporter.line(line)
        counts = {name: sum(each.result.value == name for each in results) for name in _ORDER}
        terminalreporter.line(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count))
        for gap in self.run.expired(_today()):
            terminalreporter.line(f"The gap of {gap.rule} expired on {gap.expires}: mend it, or declare it anew.")
        if path := self.config.getoption("--certificate"):
            terminalreporter.line(f"Certificate: {path}" if self.flight.landed else "No certificate was written.")


_ORDER: Final = ("passed", "failed", "gap", "not_applicable", "not_run")


def _today() -> Any:
    return datetime.now(UTC).date()


def _effort(config: pytest.Config) -> "Effort":
    from erp_bridge_core.conformance.effort import Depth, Effort

    thorough, sample = config.getoption("erp_bridge_thorough"), config.getoption("erp_bridge_sample")
    depth = Depth.THOROUGH if thorough else Depth.SAMPLE if sample else Depth.FULL
    return Effort(
        depth=depth,
        seed=config.getoption("erp_bridge_seed"),
        case=config.getoption("erp_bridge_case"),
        pairs=config.getoption("erp_bridge_fault_pairs"),
    )


__all__ = ["pytest_addoption", "pytest_configure", "pytest_ignore_collect"]
