"""How a source's plugin behaves towards others: its name, its pace, its secrets, its repetitions, its clock."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from erp_bridge_core.conformance.cases import bypasses
from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.cases.manners import crowded, listening
from erp_bridge_core.conformance.source_cases.asking import reads
from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_cases.sweep import the_request
from erp_bridge_core.conformance.source_world.bench import Mark, Snapshot, SourceBench
from erp_bridge_core.conformance.source_world.site import SourceSite
from erp_bridge_core.conformance.verdicts import not_applicable
from erp_bridge_core.conformance.wire import Incoming, WireFault
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.source import OutcomeStage, SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief

_OURS: Final = "erp-bridge/"
#: Faults that a library might answer by sending again.
_TEMPTING: Final = (WireFault.STATUS_503, WireFault.REPLY_LOST, WireFault.THROTTLED)
#: Shorter secrets occur by chance.
_SHORTEST: Final = 6
_HOLD: Final = 0.02
_TOO_MANY: Final = 429


def _begin(bench: SourceBench) -> Snapshot:
    return bench.asked() if bench.claims(SourceCapability.REQUESTS) else bench.budgeted()


def _tells(bench: SourceBench) -> bool:
    return bench.claims(SourceCapability.REQUESTS) and bench.claims(SourceCapability.OUTCOMES)


def everything(bench: SourceBench, site: SourceSite) -> list[str]:
    """All hooks that read, and an outcome; what they answered or raised, as text."""
    said = [_said(call) for call in reads(site).values()]
    if _tells(bench):
        outcome = site.outcome(the_request(bench), OutcomeStage.VERIFIED, messages=("All of it is there.",))
        said.append(finish(site, outcome))
    return said


def _said(call: Callable[[], Any]) -> str:
    answer, error = answered(call)
    return str(answer) if error is None else f"{error.message} {error.remedy} {error.details} {error.faults}"


# -- name and pace ----------------------------------------------------------------------------------------------------


def strangers(bench: SourceBench) -> tuple[list[str], int]:
    """Requests that are not seen to be ours, in words, and how many were made."""
    if _tells(bench):
        the_request(bench)
    with bench.site(_begin(bench)) as site:
        everything(bench, site)
        exchanges = list(bench.proxy.exchanges)
    names = sorted({each.headers.get("user-agent", "nothing") for each in exchanges})
    return [f"requests call themselves {name}" for name in names if not name.startswith(_OURS)], len(exchanges)


def too_fast(bench: SourceBench) -> list[str]:
    """Everything at the rate that the profile declares; where it was exceeded, in words.

    Ends the rule, as not applicable, where no request is made.
    """
    rate = bench.profile.rate
    if _tells(bench):
        the_request(bench)
    with bench.site(_begin(bench), rate=rate) as site:
        moments: list[float] = []
        here, changed = [0], threading.Condition()

        def on_stage(stage: str, incoming: Incoming) -> None:
            del incoming
            with changed:
                if stage == "connected":
                    moments.append(site.clock.passed)
                    here[0] += 1
                    changed.notify_all()
                elif stage == "reply_held":
                    changed.wait_for(lambda: here[0] > rate.at_once, _HOLD)
                    here[0] -= 1

        bench.proxy.on_stage = on_stage
        everything(bench, site)
        at_once, exchanges = bench.proxy.most_at_once, list(bench.proxy.exchanges)
    if not exchanges:
        not_applicable("no request is made")
    wrong = []
    if at_once > rate.at_once:
        wrong.append(f"{at_once} requests were under way at once; the profile says at most {rate.at_once}")
    if rate.per_second:
        wrong += crowded(moments, rate.per_second)
    refused = sum(each.answered is not None and each.answered.status == _TOO_MANY for each in exchanges)
    return wrong + [f"the source refused {refused} requests as too many"] * bool(refused)


# -- secrets ----------------------------------------------------------------------------------------------------------


def leaks(bench: SourceBench) -> list[str]:
    """Where a secret of the connection is found after everything went wrong once.

    Ends the rule, as not applicable, where the connection has none.
    """
    if _tells(bench):
        the_request(bench)
    with bench.site(_begin(bench)) as site, listening() as ears:
        said = everything(bench, site)
        for kind in (SourceMischief.LACKS_RIGHTS, SourceMischief.REVOKES_APP):
            if bench.can(kind):
                with site.striking(kind):
                    said += [_said(call) for call in reads(site).values()]
        for fault in (WireFault.STATUS_500, WireFault.REPLY_LOST):
            bench.proxy.arm(fault, lambda incoming: incoming.tag is None)
            said += [_said(call) for call in reads(site).values()]
        with suppress(ErpBridgeError):
            said += map(str, site.adapter.check_source(site.source))
        forms = [*_secrets(site.home), *_tokens(bench)]
        if not forms:
            not_applicable("the connection has no secret")
        kept = [path for path in sorted(site.home.rglob("*")) if path.is_file() and _is_told(site.home, path)]
        places = [("a log record", text) for text in ears.heard]
        places += [("an answer or an error", text) for text in said]
        places += [("what was printed", text) for _, text in site.watched.printed]
        places += [(str(path.relative_to(site.home)), path.read_text("utf-8", "replace")) for path in kept]
    found = Counter(f"{name} is in {place}" for place, text in places for name, form in forms if form in text)
    return sorted(found)


def _is_told(home: Path, path: Path) -> bool:
    """Whether a file of ours may be read by others: the secrets and the private folder may not."""
    return path.relative_to(home).parts[0] not in {"secrets", "private"}


def _secrets(home: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((home / "secrets").iterdir()):
        value = path.read_text(encoding="utf-8")
        if len(value) >= _SHORTEST:
            for form in {value, quote(value, safe=""), base64.b64encode(value.encode()).decode().rstrip("=")}:
                yield f"the secret {path.name}", form


def _tokens(bench: SourceBench) -> Iterator[tuple[str, str]]:
    """What it signed its requests with."""
    given = {each.headers.get("authorization", "").partition(" ")[2] for each in bench.proxy.exchanges}
    for token in sorted(given):
        if len(token) >= _SHORTEST:
            yield "a token", token


# -- by what it is given ----------------------------------------------------------------------------------------------


def bypassed(bench: SourceBench) -> list[str]:
    """What the plugin's own code does beside `source`, in words."""
    request = the_request(bench) if _tells(bench) else None
    with bench.site(_begin(bench)) as site:
        project = site.project()
        calls = {**reads(site), "read_budget": lambda: site.read(project=project)}
        with bypasses.watched(bench.subject.packages, private=str(site.source.private)) as seen:
            for call in calls.values():
                answered(call)
            if request is not None:
                finish(site, site.outcome(request, OutcomeStage.VERIFIED, messages=("All of it is there.",)))
    return list(dict.fromkeys(seen))


# -- repetitions ------------------------------------------------------------------------------------------------------


def repetitions(bench: SourceBench) -> list[str]:
    """Writes that were made twice within one attempt, in words."""
    request, wrong = the_request(bench), list[str]()
    for fault in _TEMPTING:
        with bench.site(bench.asked()) as site:
            starts: list[int] = []

            def watch(stage: str, effect: Effect, starts: list[int] = starts) -> None:
                del effect
                if stage == "intent":
                    starts.append(len(bench.proxy.exchanges))

            writes: list[Mark] = []

            def announce(mark: Mark, writes: list[Mark] = writes) -> None:
                writes.extend([mark] * mark.is_write)
                bench.proxy.announce("first" if mark.is_write and len(writes) == 1 else mark.number)

            site.watch, bench.announce = watch, announce
            bench.proxy.arm(fault, lambda incoming: incoming.tag == "first")
            finish(site, site.outcome(request, OutcomeStage.VERIFIED, messages=("All of it is there.",)))
            exchanges = list(bench.proxy.exchanges)
        for start, end in zip(starts, [*starts[1:], len(exchanges)], strict=True):
            asked = [json.dumps([each.method, each.path, each.body.decode("utf-8", "replace")])
                     for each in exchanges[start:end] if each.method not in {"GET", "HEAD"}]  # fmt: skip
            wrong += [f"with {fault.value}: one attempt made {count} times {json.loads(text)[:2]}"
                      for text, count in Counter(asked).items() if count > 1]  # fmt: skip
    return wrong
