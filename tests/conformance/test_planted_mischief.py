"""What may happen meanwhile at the planted ERP: each mischief does what its name says, and calm ends it."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from urllib.parse import quote

import pytest
import requests
from planted.mischief import Act
from planted.mischief import mischief_of as mischief_of_class
from planted.scene import FIRST, JOB, OpenScene, Scene, intended
from planted.variants import VARIANTS, subject

from erp_bridge_core.contract import Mischief, Mischievous, Outcome, SafetyClass
from erp_bridge_core.contract.errors import NotPossibleNow, OutcomeUnknown

ALL = sorted(VARIANTS)
UNAIDED = ["absolute", "contained", "keyed"]
#: A row as the books' HTTP face takes it.
ROW = {
    "sub_job": "", "cost_code": "01-100", "category": "L", "part": "original", "amount": "1.00", "quantity": None,
    "unit": "", "unit_cost": None, "description": "", "change": None, "revision": None,
}  # fmt: skip


def mischief_of(name: str) -> Mapping[Mischief, Act]:
    """What may happen to an export of that safety class."""
    return mischief_of_class(SafetyClass(name))


@pytest.mark.parametrize("name", ALL)
def test_what_may_happen_is_offered_and_nothing_else(name: str) -> None:
    """Every mischief belongs to some variant, and each variant's simulator offers its own."""
    simulator = subject(name).simulator()

    assert isinstance(simulator, Mischievous)
    assert set(Mischief) == {each for other in ALL for each in mischief_of(other)}
    assert set(mischief_of(name)) == set(simulator.mischief())


@pytest.mark.parametrize("name", UNAIDED)
def test_a_write_that_fails_with_200_is_a_refusal(name: str, open_variant: OpenScene) -> None:
    """Nothing is done, the words are told, and a retry brings everything."""
    scene = open_variant(name)
    item = scene.accepted()
    scene.befalls(Mischief.FAILS_WITH_200)

    status = scene.export(item)

    assert "failed" == status.state
    assert {"The books are being balanced; nothing was entered."} == {line.words for line in status.failed_lines}

    scene.application.exports.retry(scene.person("approver"), item.id)
    scene.post()

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


@pytest.mark.parametrize("name", ["contained", "keyed"])
@pytest.mark.parametrize("mischief", [Mischief.APPLIES_SOME, Mischief.OMITS_ROWS])
def test_rows_that_were_not_carried_out_or_not_told_come_once(
    name: str, mischief: Mischief, open_variant: OpenScene
) -> None:
    """What the reply refused is retried, what it left out is looked for; the books hold each line once."""
    scene = open_variant(name)
    item = scene.accepted()
    scene.befalls(mischief)

    status = scene.export(item)
    refused = status.lines.refused
    containers = len(scene.job()["containers"])
    if refused:
        scene.application.exports.retry(scene.person("approver"), item.id)
    scene.post()

    # Where rows go into a container, one that lacks some is abandoned, and another built.
    expected = {("keyed", Mischief.APPLIES_SOME): (3, 0), ("contained", Mischief.APPLIES_SOME): (0, 2)}
    assert expected.get((name, mischief), (0, int(name == "contained"))) == (refused, containers)
    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


@pytest.mark.parametrize("name", UNAIDED)
@pytest.mark.parametrize("mischief", [Mischief.STALE_READS, Mischief.CAPPED_READS, Mischief.HIDDEN_ROWS])
def test_a_read_that_is_not_whole_proves_nothing(name: str, mischief: Mischief, open_variant: OpenScene) -> None:
    """What went out stays unknown, what must be read first does not go out; whole again, reads confirm it once."""
    scene = open_variant(name)
    scene.deliver()
    scene.add_change("CO-1", FIRST)
    item = scene.accepted()
    scene.at_stage("intent", lambda: scene.befalls(mischief))

    unread = name == "absolute" and mischief is not Mischief.STALE_READS
    assert ("failed" if unread else "unknown") == scene.export(item).state
    scene.simulator.calm(scene.books)
    if unread:
        scene.application.exports.reopen(scene.person("approver"), item.id)
    assert "complete" == scene.run(item).state
    scene.post()
    assert Outcome.POSTED is scene.verify(item)
    assert intended(FIRST) == scene.held()


@pytest.mark.parametrize("path", ["entries", "notes", "containers/7/rows"])
@pytest.mark.parametrize(
    ("mischief", "told", "held"),
    [
        (Mischief.APPLIES_SOME, ["accepted", "refused"], 1),
        (Mischief.OMITS_ROWS, ["accepted"], 2),
        (Mischief.FAILS_WITH_200, [], 0),
    ],
)
def test_the_next_write_alone_is_struck(
    path: str, mischief: Mischief, told: list[str], held: int, open_variant: OpenScene
) -> None:
    """Of two rows, as many are told and held as the mischief says; the write after it is carried out and told whole."""
    scene = open_variant("contained")
    with scene.simulator.serve(scene.books) as served, requests.Session() as session:
        log_in = {"user": served.settings["user"], "password": served.secrets["tin_password"]}
        url = served.settings["url"]
        token = session.post(f"{url}/token", json=log_in).json()["token"]
        session.headers["Authorization"] = f"Bearer {token}"
        job = f"{url}/companies/TIN/jobs/{quote(JOB, safe='')}"
        session.post(f"{job}/containers", json={"number": "7", "mark": "a test's own"})
        scene.befalls(mischief)
        replies = [
            session.post(f"{job}/{path}", json={"reference": reference, "rows": [ROW, ROW]}).json()["tin"]
            for reference in ("first", "second")
        ]

    assert told == [row["state"] for row in replies[0].get("rows", [])]
    assert ["accepted", "accepted"] == [row["state"] for row in replies[1]["rows"]]
    assert held + 2 == sum(row["state"] != "refused" for row in scene.rows())


@pytest.mark.parametrize("name", ["absolute", "append", "contained", "keyed"])
def test_a_job_that_is_closed_midway_takes_nothing_until_it_is_calmed(name: str, open_variant: OpenScene) -> None:
    """The export fails in the books' own words, no row is entered; once the job is open, a retry brings everything."""
    scene = open_variant(name)
    item = scene.accepted()
    scene.at_stage("intent", lambda: scene.befalls(Mischief.CLOSED_JOB))

    status = scene.export(item)

    assert "failed" == status.state
    assert {f"Job {JOB} is closed."} == {line.words for line in status.failed_lines}
    assert [] == scene.rows()

    scene.simulator.calm(scene.books)
    with suppress(OutcomeUnknown):  # rows without a reference stay unknown
        scene.application.exports.retry(scene.person("approver"), item.id)
    scene.settle_all(item)
    scene.post()

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


def test_nothing_is_loaded_into_a_closed_job(open_variant: OpenScene) -> None:
    """A person at the books is told; once the job is open the file is loaded."""
    scene = open_variant("human")
    item = scene.accepted()
    scene.export(item)
    handed = scene.take(item)
    scene.befalls(Mischief.CLOSED_JOB)

    with pytest.raises(NotPossibleNow):
        scene.post(handed)

    scene.simulator.calm(scene.books)
    scene.post(handed)

    assert intended() == scene.held()


@pytest.mark.parametrize("name", ALL)
def test_tokens_that_end_are_renewed(name: str, open_variant: OpenScene) -> None:
    """Between two writes of an export the tokens end; it is confirmed all the same."""
    scene = open_variant(name)
    item = scene.accepted()
    tokens = scene.tokens()
    left = scene.at_stage("answered", lambda: scene.befalls(Mischief.EXPIRES_TOKENS))
    scene.export(item)
    scene.settle_all(item)
    scene.post(scene.take(item))

    assert [] == left
    assert [] == [token for token in scene.tokens() if token in tokens]
    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


def test_posting_early_spares_a_container_that_is_not_sealed(open_variant: OpenScene) -> None:
    """Of rows under references what lies there is posted; rows in an open container are not."""
    posted = {}
    for name in ("contained", "keyed"):
        scene = open_variant(name)
        item = scene.accepted()
        seen: list[int] = []

        def post(stage: str, _: object, scene: Scene = scene, seen: list[int] = seen) -> None:
            if stage == "answered":
                scene.befalls(Mischief.POSTS_EARLY)
                seen.append(len(scene.held()))

        scene.application.exports.worker.observer = post
        scene.export(item)
        posted[name] = seen

    assert {"contained": [0, 0, 0, 0, 11], "keyed": [3, 7, 11]} == posted


@pytest.mark.parametrize(
    ("mischief", "outcome"),
    [
        (Mischief.LOADS_TWICE, Outcome.POSTED_TWICE),
        (Mischief.TICKS_WRONG, Outcome.WRONG_PLACE),
        (Mischief.LOADS_HALF, Outcome.HALF_POSTED),
    ],
)
def test_files_that_are_loaded_wrongly_show(mischief: Mischief, outcome: Outcome, open_variant: OpenScene) -> None:
    """Twice, with the wrong tick, or only the first of two files."""
    scene = open_variant("human")
    scene.add_change("CO-1", FIRST)
    item = scene.accepted()
    scene.export(item)
    scene.befalls(mischief, scene.take(item))

    assert outcome is scene.verify(item)


@pytest.mark.parametrize("name", ALL)
def test_an_entry_that_a_person_edits_shows_as_one_more_dollar(name: str, open_variant: OpenScene) -> None:
    """The books differ by 1.00 from what was exported, and verification says so."""
    scene = open_variant(name)
    item = scene.deliver()
    before = sum(map(sum, scene.held().values()))
    scene.befalls(Mischief.EDITS_ENTRY)

    assert Decimal("1.00") == sum(map(sum, scene.held().values())) - before
    assert scene.verify(item).is_mismatch


@pytest.mark.parametrize("name", ALL)
def test_an_entry_that_a_person_removes_is_gone(name: str, open_variant: OpenScene) -> None:
    """One row of ours is taken back, and verification says so."""
    scene = open_variant(name)
    item = scene.deliver()
    scene.befalls(Mischief.REMOVES_ENTRY)

    assert ["removed"] == [row["state"] for row in scene.rows() if row["state"] != "posted"]
    assert Outcome.REGRESSED is scene.verify(item)


def test_a_number_that_a_person_took_is_not_ours(open_variant: OpenScene) -> None:
    """Taken before the plan, the next one is used; nothing goes into the person's container."""
    scene = open_variant("contained")
    item = scene.accepted()
    scene.befalls(Mischief.TAKES_NUMBER)

    scene.export(item)

    assert ["1", "2"] == sorted(scene.job()["containers"])
    assert {"2"} == {row["container"] for row in scene.rows()}
