"""The budget: lock, lines, views, modifications, history."""

import pytest
from simulator.stranger import V1, V2, Desk, Stranger


def made_line(stranger: Stranger, amount: object = 100) -> dict[str, object]:
    """A line by the v1.1 call, which must be taken."""
    item = {"wbs_code_id": stranger.wbs(), "original_budget_amount": amount}
    body = {"project_id": stranger.project, "budget_line_item": item}
    answer = stranger.ask("POST", "/rest/v1.1/budget_line_items", body)
    assert 201 == answer.status_code, answer.text
    return dict(answer.json())


def test_a_budget_is_locked_and_unlocked(stranger: Stranger) -> None:
    """POST answers 201, DELETE 200, both whether it is locked."""
    path = f"{V1}/projects/{stranger.project}/budget"
    answers = [stranger.ask(method, f"{path}/lock") for method in ("POST", "DELETE")]
    assert [(201, {"locked": True}), (200, {"locked": False})] == [(each.status_code, each.json()) for each in answers]
    assert {"locked": False} == stranger.get(path)


def test_a_line_is_made_with_numbers(stranger: Stranger) -> None:
    """As the schema has it: amounts are JSON numbers, with code and currency."""
    line = made_line(stranger, 1234.5)
    assert (1234.5, "03-1000.L", "USD", "manual") == (
        line["original_budget_amount"], line["wbs_code"]["flat_code"],
        line["currency_configuration"]["currency_iso_code"], line["calculation_strategy"],
    )  # fmt: skip


def test_an_automatic_line_multiplies(stranger: Stranger) -> None:
    """Quantity times unit cost."""
    item = {"wbs_code_id": stranger.wbs(), "calculation_strategy": "automatic", "quantity": 2.5, "unit_cost": 3.1}
    body = {"project_id": stranger.project, "budget_line_item": item}
    assert 7.75 == stranger.ask("POST", "/rest/v1.1/budget_line_items", body).json()["original_budget_amount"]


def test_a_code_has_one_line(stranger: Stranger) -> None:
    """A second one is refused in the words that are known."""
    made_line(stranger)
    body = {"project_id": stranger.project, "budget_line_item": {"wbs_code_id": stranger.wbs()}}
    answer = stranger.ask("POST", "/rest/v1.1/budget_line_items", body)
    assert (422, {"errors": {"wbs_code_id": ["This Budget Code already exists"]}}) == (
        answer.status_code,
        answer.json(),
    )


def test_a_line_may_be_named_by_its_parts(desk: Desk, stranger: Stranger) -> None:
    """In v1.0: cost code and cost type. A second one is a duplicate, told by either status."""
    project = stranger.project
    codes = stranger.get(f"{V1}/cost_codes", project_id=project)
    code = next(each for each in codes if each["full_code"] == "05-1000")
    item = {
        "cost_code_id": code["id"],
        "line_item_type_id": code["line_item_types"][0]["id"],
        "original_budget_amount": 5,
    }
    body = {"project_id": project, "budget_line_item": item}
    made = stranger.ask("POST", f"{V1}/budget_line_items", body).json()
    assert (
        "05-1000.L" == stranger.get(f"{V1}/budget_line_items/{made['id']}", project_id=project)["wbs_code"]["flat_code"]
    )
    statuses = []
    for status in ("422", "409"):
        desk.switch("duplicate_status", status)
        statuses.append(stranger.ask("POST", f"{V1}/budget_line_items", body).status_code)
    assert [422, 409] == statuses


def test_a_locked_original_stays(stranger: Stranger) -> None:
    """Writing it is refused in the words that are known."""
    line = made_line(stranger)
    stranger.ask("POST", f"{V1}/projects/{stranger.project}/budget/lock")
    body = {"project_id": stranger.project, "budget_line_item": {"original_budget_amount": 5}}
    answer = stranger.ask("PATCH", f"/rest/v1.1/budget_line_items/{line['id']}", body)
    assert {"errors": {"original_budget_amount": ["cannot be updated for a locked budget"]}} == answer.json()


def test_syncing_lines_answers_a_bare_array(stranger: Stranger) -> None:
    """Unlike every other sync; a wrong currency is a 422 of another shape."""
    items = [{"wbs_code_id": stranger.wbs(code), "original_budget_amount": 7} for code in ("03-1000.L", "03-1000.M")]
    path = f"{V1}/budget_line_items/sync"
    body = {"project_id": stranger.project, "budget_line_items": items}
    assert [7.0, 7.0] == [each["original_budget_amount"] for each in stranger.ask("POST", path, body).json()]
    wrong = {**body, "budget_line_items": [{**items[0], "currency_iso_code": "EUR"}]}
    assert {"message", "error"} == set(stranger.ask("POST", path, wrong).json())


def test_a_line_is_deleted_by_v2(stranger: Stranger) -> None:
    """204, or 422 while the budget is locked."""
    line = made_line(stranger)
    lock, path = f"{V1}/projects/{stranger.project}/budget/lock", f"{V2}/projects/{stranger.project}/budget_line_items"
    stranger.ask("POST", lock)
    assert 422 == stranger.ask("DELETE", f"{path}/{line['id']}").status_code
    stranger.ask("DELETE", lock)
    assert 204 == stranger.ask("DELETE", f"{path}/{line['id']}").status_code


def test_rows_have_a_key_for_each_column(desk: Desk, stranger: Stranger) -> None:
    """Text amounts, sub jobs as billers, and only the columns that the view has."""
    desk.do("set-line", project="24-001", code="A1.03-1000.M", amount="77.10")
    (row,) = stranger.rows()
    assert ("SubJob", "77.1", "77.1") == (row["biller_type"], row["original_budget_amount"], row["Revised Budget"])
    desk.do("view-columns", keys="budget_modifications")
    assert "original_budget_amount" not in stranger.rows()[0]


def test_a_cost_without_a_line_is_an_unbudgeted_row(desk: Desk, stranger: Stranger) -> None:
    """It has no id, and is shown when it is asked for."""
    desk.budget(L="1")
    desk.do("add-cost", project="24-001", code="05-1000.M", amount="3")
    assert [1, 1, 2] == [len(stranger.rows(budget_row_type=kind)) for kind in ("budgeted", "unbudgeted", "all")]
    assert [None] == [row["id"] for row in stranger.rows(budget_row_type="unbudgeted")]


def test_one_snapshot_an_hour(desk: Desk, stranger: Stranger) -> None:
    """The second is refused with 429 until the hour is over."""
    view = stranger.get(f"{V1}/budget_views")[0]["id"]
    body = {"project_id": stranger.project, "budget_view_id": view}
    made = [stranger.ask("POST", f"{V1}/budget_view_snapshots", body).status_code for _ in range(2)]
    desk.do("pass-time", seconds="3601")
    assert [201, 429, 201] == [*made, stranger.ask("POST", f"{V1}/budget_view_snapshots", body).status_code]


@pytest.mark.parametrize(("params", "left"), [({}, 0), ({"destroy_all_budget_line_item_transfers": "false"}, 1)])
def test_unlocking_deletes_modifications_unless_told(
    desk: Desk, stranger: Stranger, params: dict[str, str], left: int
) -> None:
    """The parameter's default deletes them, where the project is not an ERP's."""
    desk.budget(L="100", M="50")
    path = f"{V1}/projects/{stranger.project}"
    desk.do("unlink", project="24-001")
    desk.do("modify", project="24-001", source="03-1000.L", target="03-1000.M", amount="10")
    stranger.ask("POST", f"{path}/budget/lock")
    assert 200 == stranger.ask("DELETE", f"{path}/budget/lock", **params).status_code
    assert left == len(stranger.get(f"{path}/budget_modifications"))


def test_modifications_are_text_and_read_only_after_migration(desk: Desk, stranger: Stranger) -> None:
    """405 with Allow: GET from then on."""
    desk.budget(L="100", M="50")
    lines = [row["id"] for row in stranger.rows()]
    path = f"{V1}/projects/{stranger.project}/budget_modifications"
    body = {"from_budget_line_item_id": lines[0], "to_budget_line_item_id": lines[1], "transfer_amount": "12.30"}
    assert "12.3" == stranger.ask("POST", path, body).json()["transfer_amount"]
    same = stranger.ask("POST", path, {**body, "to_budget_line_item_id": lines[0]})
    nowhere = stranger.ask("POST", path, {**body, "from_budget_line_item_id": None})
    desk.switch("migrated_changes", "yes")
    migrated = stranger.ask("POST", path, body)
    assert (422, 422, 405, "GET") == (
        same.status_code, nowhere.status_code, migrated.status_code, migrated.headers["Allow"]
    )  # fmt: skip
    assert 1 == len(stranger.get(path))


def test_a_modification_is_shown_edited_and_deleted(desk: Desk, stranger: Stranger) -> None:
    """By its number: 409 for an origin id that another has; deleted only where the project is not an ERP's."""
    desk.budget(L="100", M="50")
    lines = [row["id"] for row in stranger.rows()]
    path = f"{V1}/projects/{stranger.project}/budget_modifications"
    body = {"from_budget_line_item_id": lines[0], "to_budget_line_item_id": lines[1], "transfer_amount": "12.30"}
    made = stranger.ask("POST", path, {**body, "origin_id": "M1"}).json()
    one = f"{path}/{made['id']}"
    again = stranger.ask("POST", path, {**body, "origin_id": "M1"})
    edited = stranger.ask("PATCH", one, {"transfer_amount": "5"}).json()
    assert (409, edited, "5.0", "M1") == (
        again.status_code, stranger.get(one), edited["transfer_amount"], edited["origin_id"]
    )  # fmt: skip
    kept = stranger.ask("DELETE", one).status_code
    desk.do("unlink", project="24-001")
    assert (422, 204, 404) == (kept, stranger.ask("DELETE", one).status_code, stranger.ask("GET", one).status_code)


def test_history_tells_what_was_changed(desk: Desk, stranger: Stranger) -> None:
    """Before and after, newest first."""
    desk.budget(L="100")
    desk.budget(L="120")
    rows = stranger.get(f"{V2}/projects/{stranger.project}/budget_change_history", per_page=50)["data"]
    assert ("03-1000.L", "100.00", "120.00") == (rows[0]["budget_code"], rows[0]["old_value"], rows[0]["new_value"])


@pytest.mark.parametrize("amount", [1.005, "12,0O", True, [], 10**15, "NaN"])
def test_an_amount_that_is_none_is_refused(stranger: Stranger, amount: object) -> None:
    """More decimals than the site has, words, and what is too large."""
    item = {"wbs_code_id": stranger.wbs(), "original_budget_amount": amount}
    answer = stranger.ask(
        "POST", "/rest/v1.1/budget_line_items", {"project_id": stranger.project, "budget_line_item": item}
    )
    assert (422, ["original_budget_amount"]) == (answer.status_code, list(answer.json()["errors"]))
