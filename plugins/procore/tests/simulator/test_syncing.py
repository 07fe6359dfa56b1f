"""The sync action: always 200, whatever became of the items."""

from simulator.stranger import V1, Desk, Stranger


def sync(stranger: Stranger, *updates: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    """Sync cost types."""
    answer = stranger.ask("PATCH", f"{V1}/line_item_types/sync", {"updates": list(updates)})
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


def test_a_200_is_a_mix_of_done_and_refused(stranger: Stranger) -> None:
    """Each error echoes what was sent, with its reasons."""
    answer = sync(stranger, {"name": "Rental", "code": "R", "origin_id": "R"}, {"id": 5, "name": "x"})
    assert ["R"] == [each["origin_id"] for each in answer["entities"]]
    assert [{"id": 5, "name": "x", "errors": {"id": ["Entity with this ID not found"]}}] == answer["errors"]


def test_an_origin_id_finds_or_makes(stranger: Stranger) -> None:
    """The same twice is one record."""
    first, second = (sync(stranger, {"name": name, "code": "R", "origin_id": "R"})["entities"][0] for name in "ab")
    assert (first["id"], "b") == (second["id"], second["name"])


def test_the_id_wins_and_moves_the_origin_id(stranger: Stranger) -> None:
    """Which is the only way to change it."""
    held = sync(stranger, {"name": "Rental", "code": "R", "origin_id": "R"})["entities"][0]
    assert "R2" == sync(stranger, {"id": held["id"], "origin_id": "R2"})["entities"][0]["origin_id"]


def test_an_origin_id_is_unique(stranger: Stranger) -> None:
    """Two records can't share one."""
    held = sync(stranger, {"name": "Rental", "code": "R", "origin_id": "R"})["entities"][0]
    assert ["origin_id"] == list(sync(stranger, {"id": held["id"], "origin_id": "L"})["errors"][0]["errors"])


def test_at_most_a_thousand_items(stranger: Stranger) -> None:
    """More is refused whole."""
    body = {"updates": [{"id": 1}] * 1001}
    assert 400 == stranger.ask("PATCH", f"{V1}/line_item_types/sync", body).status_code


def test_an_item_may_be_refused_by_a_fault(desk: Desk, stranger: Stranger) -> None:
    """Within the 200."""
    desk.switch("sync_refusals", "1")
    answer = sync(stranger, {"name": "a", "code": "a"}, {"name": "b", "code": "b"})
    assert (1, 1) == (len(answer["entities"]), len(answer["errors"]))
