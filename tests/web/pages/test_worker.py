"""The page of the installation's own work, and the same of the API."""

from sqlalchemy import update
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.store.tables import tasks


def test_that_no_worker_runs_is_told(abe: Browser) -> None:
    """With what to do, and that there is nothing to be shown yet."""
    page = abe.get("/worker").text

    assert "No worker runs: nothing is done by itself." in page
    assert "There is no task yet" in page
    assert 'href="/worker"' in abe.get("/").text


def test_what_the_worker_does_is_shown(abe: Browser, application: Application) -> None:
    """Each task with what it did, and what keeps one from its work before all others."""
    with EngineWorker(application).at_work():
        assert "No worker runs" not in abe.get("/worker").text
    EngineWorker(application).run_once()
    problem = {"error": "erp", "message": "The ERP <is> down.", "remedy": "Run `erp-bridge connection check books`."}
    with application.store.begin() as connection:
        connection.execute(update(tasks).where(tasks.c.job == "masters").values(failures=1, problem=problem))
    page = abe.get("/worker").text

    assert "nothing waits" in page
    assert "The ERP &lt;is&gt; down." in page
    assert page.index("Read the ERP&#39;s masters") < page.index("Daily summaries")


def test_programs_see_the_same(abe: Browser, application: Application) -> None:
    """Workers and tasks of the company; no other's."""
    EngineWorker(application).run_once()
    told = abe.get("/api/v1/worker").json()

    assert [] == told["workers"]
    assert {"hoosier", ""} == {task["company"] for task in told["tasks"]}
    verified = next(task for task in told["tasks"] if task["job"] == "verify")
    assert ("waiting", "nothing waits", None) == (verified["state"], verified["told"], verified["problem"])
