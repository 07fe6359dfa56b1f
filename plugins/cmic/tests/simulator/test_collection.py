"""Reading as the facts have it: envelope, pages, links, filters, finders, fields, order, description."""

import pytest
import requests
from simulator.stranger import SUB_JOB, Client, row


def fill(client: Client, count: int) -> None:
    """Put that many rows into the job."""
    for number in range(count):
        client.do("add-phase", phase=f"P{number:04d}", job="24-001")
        client.made("jcjobcategory", row(f"P{number:04d}", amount=number))


def test_answers_in_the_envelope_of_the_framework(client: Client) -> None:
    """A page tells its rows, their count, and whether there are more."""
    page = client.get("jcjob", limit=2).json()
    assert {"items", "count", "hasMore", "limit", "offset", "links"} == set(page)
    assert (2, True, 2, 0) == (page["count"], page["hasMore"], page["limit"], page["offset"])
    assert (
        "2"
        == client.session.get(client.url("jcjob"), headers={"Rest-Framework-Version": ""}).headers[
            "REST-Framework-Version"
        ]
    )


def test_pages_to_a_proven_end(client: Client) -> None:
    """Pages fit together without a gap or a repeat, and the last one says that it is."""
    fill(client, 7)
    found = [item["JcatPhsCode"] for item in client.items("jcjobcategory", limit=3)]
    assert [f"P{number:04d}" for number in range(7)] == sorted(found)


def test_gives_25_rows_where_no_limit_is_asked_for(client: Client) -> None:
    """The framework's default page is small; a client that asks for none must go on."""
    fill(client, 26)
    page = client.get("jcjobcategory").json()
    assert (25, True) == (page["count"], page["hasMore"])


@pytest.mark.parametrize(("limit", "status"), [("1000", 200), ("1001", 400), ("0", 400), ("x", 400)])
def test_bounds_the_page(client: Client, limit: str, status: int) -> None:
    """More than a thousand rows a page are refused."""
    assert status == client.get("jcjob", limit=limit).status_code


def test_gives_links_that_can_not_be_followed(client: Client) -> None:
    """Links name plain http and port 80, whatever the caller used."""
    item = client.get("jcjob").json()["items"][0]
    assert all(link["href"].startswith("http://127.0.0.1:80/") for link in item["links"])
    assert ["self", "canonical"] == [link["rel"] for link in item["links"]]


def test_reads_a_row_by_its_identity(client: Client) -> None:
    """The VUUID is 32 upper-case hex characters and the path key; an unknown one is 404."""
    item = client.get("jcjob", q="JobCode = '24-001'").json()["items"][0]
    assert "24-001" == client.get(f"jcjob/{item['JobVUuid']}").json()["JobCode"]
    assert (32, item["JobVUuid"].upper()) == (len(item["JobVUuid"]), item["JobVUuid"])
    assert 404 == client.get(f"jcjob/{'0' * 32}").status_code


@pytest.mark.parametrize(
    ("query", "jobs"),
    [
        ("JobCode = '24-002'", ["24-002"]),
        ("JobCtrlCode = '24-001' or JobCode = '24-002'", [SUB_JOB, "24-002"]),
        ("JobCtrlCode = 'ALL' and (JobCode >= '24-002')", ["24-002"]),
        ("JobCode like '24-001%' and JobCtrlCode <> 'ALL'", [SUB_JOB]),
        ("JobCode in ('24-001', '24-002') and JobDefaultDeptCode is null", ["24-001", "24-002"]),
        ("JobName like 'bridge'", []),
        ("JobCode not in ('24-001') and JobCtrlCode is not null", [SUB_JOB, "24-002"]),
        ("JobName = 'it''s; DROP TABLE job'", []),
    ],
)
def test_filters_by_q(client: Client, query: str, jobs: list[str]) -> None:
    """Comparisons joined by and, or and parentheses choose the rows."""
    assert sorted(jobs) == [item["JobCode"] for item in client.items("jcjob", q=query, orderBy="JobCode")]


@pytest.mark.parametrize(
    "query", ["Nothing = '1'", "JobCode", "JobCode = ", "(JobCode = '1'", "JobCode = '1' '2'", "; 1"]
)
def test_refuses_a_q_that_it_can_not_read(client: Client, query: str) -> None:
    """An unknown attribute or a broken filter is 400, never all rows."""
    assert 400 == client.get("jcjob", q=query).status_code


def test_compares_amounts_as_numbers(client: Client) -> None:
    """9 is less than 10, whatever their digits say."""
    client.made("jcjobcategory", row(amount=9))
    client.made("jcjobcategory", row(category="M", amount="10.05"))
    assert ["M"] == [item["JcatCode"] for item in client.items("jcjobcategory", q="JcatBudgAmt >= 10")]


def test_finds_by_finder_beside_q(client: Client) -> None:
    """The finder of budget rows takes a job code, quoted or bare, and goes with a filter."""
    client.made("jcjobcategory", row())
    client.made("jcjobcategory", row(job=SUB_JOB))
    found = client.items("jcjobcategory", finder=f"selectJobCategory;jobCode='{SUB_JOB}'", q="JcatCompCode = '001'")
    assert [SUB_JOB] == [item["JcatJobCode"] for item in found]
    assert 1 == len(client.items("jcjobcategory", finder="selectJobCategory;jobCode=24-001"))


@pytest.mark.parametrize("finder", ["none;a=b", "selectJobCategory;JobCode=1", "selectJobCategory;jobCode"])
def test_refuses_a_finder_that_it_does_not_have(client: Client, finder: str) -> None:
    """Finders and their parameters are case-sensitive names."""
    assert 400 == client.get("jcjobcategory", finder=finder).status_code


def test_finds_projects_and_companies(client: Client) -> None:
    """A project carries its job's status; the general ledger's address is unlike the others."""
    project = client.items("pmproject", finder="selectByCompProj;compCode=001,projCode=24-001")
    assert [("24-001", "P")] == [(item["GrpmpJobCode"], item["GrpmpJobStatusCode"]) for item in project]
    url = f"{client.served.settings['base_url']}/glrestapi/rest/v1/glcompany"
    finder = "selectByDate;auditDate=2000-01-01T00:00:00+0000"
    assert ["001"] == [item["CompCode"] for item in client.session.get(url, params={"finder": finder}).json()["items"]]


def test_gives_the_fields_asked_for_in_the_order_asked_for(client: Client) -> None:
    """`fields` leaves the others out, `orderBy` sorts, `onlyData` drops the links."""
    found = client.get("jcjob", fields="JobCode", orderBy="JobCode:desc", onlyData="true").json()["items"]
    assert [{"JobCode": "24-002"}, {"JobCode": SUB_JOB}, {"JobCode": "24-001"}] == found
    assert [400, 400] == [client.get("jcjob", **{name: "Nothing"}).status_code for name in ("fields", "orderBy")]


def test_shows_stamps_with_an_offset(client: Client) -> None:
    """The update stamp is null until the first update."""
    item = client.made("jcjobcategory", row())
    assert (True, None) == (item["JcatIuCreateDate"].endswith("-05:00"), item["JcatIuUpdateDate"])
    assert client.patch("jcjobcategory", item["JcatVUuid"], JcatBudgAmt=1).json()["JcatIuUpdateDate"]


def test_describes_a_resource(client: Client) -> None:
    """Attribute names can be checked before anything is written; a site may have no description."""
    described = client.get("jcjobcategory/describe").json()["Resources"]["jcjobcategory"]["attributes"]
    names = {attribute["name"]: attribute for attribute in described}
    assert ("16", True) == (names["JcatPhsCode"]["maxLength"], names["JcatPhsCode"]["mandatory"])
    client.switch("describe", "no")
    assert 404 == client.get("jcjobcategory/describe").status_code


def test_renames_attributes_that_no_source_confirms(client: Client) -> None:
    """A site may call the budget amount otherwise, or not show it at all."""
    client.switch("attribute_names", "JcatBudgAmt=JcatOrigBudgAmt,JcatBudgUnit=")
    names = client.get("jcjobcategory/describe").text
    assert (True, False, False) == ("JcatOrigBudgAmt" in names, '"JcatBudgAmt"' in names, "JcatBudgUnit" in names)
    assert 400 == client.post("jcjobcategory", row()).status_code


def test_hides_a_job_outside_the_security_group(client: Client) -> None:
    """What the service account may not see is not there, its rows neither."""
    client.made("jcjobcategory", row())
    client.do("show-to-service", job="24-001", visible="no")
    assert ([], []) == (client.items("jcjob", q="JobCode = '24-001'"), client.items("jcjobcategory"))


@pytest.mark.parametrize(("fault", "count"), [("missing_rows", 3), ("doubled_rows", 5)])
def test_leaves_rows_out_or_doubles_them(client: Client, fault: str, count: int) -> None:
    """A page may lack rows or repeat them while its envelope looks whole."""
    fill(client, 4)
    client.switch(fault, "1")
    page = client.get("jcjobcategory").json()
    assert (count, False) == (len(page["items"]), page["hasMore"])


def test_cuts_the_pages_short(client: Client) -> None:
    """A page may claim to be the last one when it is not."""
    fill(client, 3)
    client.switch("cut_pages", "yes")
    assert 2 == len(client.items("jcjobcategory", limit=2))


def test_shows_old_figures_while_reads_are_frozen(client: Client) -> None:
    """A stale read shows what was there before, and the books go on."""
    item = client.made("jcjobcategory", row())
    client.do("freeze-reads")
    client.patch("jcjobcategory", item["JcatVUuid"], JcatBudgAmt=5)
    stale = client.figures()
    client.do("thaw-reads")
    assert (["100"], ["5"]) == (list(stale.values()), list(client.figures().values()))


def test_has_nothing_elsewhere(client: Client) -> None:
    """Other versions, modules and resources are 404; other methods 405."""
    base = client.served.settings["base_url"]
    paths = ["jc-rest-api/rest/2/jcjob", "jc-rest-api/rest/1/cmmast", "jc-rest-api/rest/1/nothing", "jc-rest-api"]
    assert [404] * 4 == [client.session.get(f"{base}/{path}").status_code for path in paths]
    assert [405, 405, 405] == [
        client.post("jcjob", {}).status_code,
        client.session.delete(client.url("jcjob")).status_code,
        requests.get(client.url("postcm"), auth=client.session.auth).status_code,
    ]


def test_finds_what_changed_since_a_moment(client: Client) -> None:
    """A finder's moment is a date, a time and an offset; anything else is refused."""
    found = [
        client.items("pmproject", finder=f"selectByPmProjInfo;pmprojectDate={moment}")
        for moment in ("2000-01-01T00:00:00+0000", "2999-01-01T00:00:00+0000")
    ]
    assert (3, 0) == tuple(len(items) for items in found)
    assert 400 == client.get("pmproject", finder="selectByPmProjInfo;pmprojectDate=2000-01-01").status_code
