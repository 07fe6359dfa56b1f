"""The tables of Info-Link, Spectrum's read-only SQL door, as views on the books: the one place with the original.

Names of tables and columns are those seen in public SQL against Spectrum. Est_Quantity, Est_Cost, and how figures
look, are assumed: text with two decimals here, since SQLite has no exact decimal type. Job numbers have leading blanks.
"""

_JOB = "substr('          ' || job, -10) AS Job_Number"


def _money(column: str, name: str) -> str:
    sign = f"CASE WHEN {column} < 0 THEN '-' ELSE '' END"
    return f"printf('%s%d.%02d', {sign}, abs({column}) / 100, abs({column}) % 100) AS {name}"


def _view(name: str, columns: str, source: str) -> str:
    return f"CREATE VIEW IF NOT EXISTS {name} AS SELECT {columns} FROM {source};\n"  # noqa: S608 - made of constants


_KEY = f"company AS Company_Code, {_JOB}, phase AS Phase_Code, cost_type AS Cost_Type"
_REQUEST = f"company AS Company_Code, {_JOB}, customer AS Customer_Code, number AS Change_Request_Number"

VIEWS = (
    _view(
        "JC_JOB_MASTER_MC",
        f"company AS Company_Code, {_JOB}, description AS Job_Description, status AS Status_Code, "
        "customer AS Customer_Code, contract AS Contract_Number, master_job AS Master_Job, mask AS Phase_Display_Code",
        "job",
    )
    + _view(
        "JC_PHASE_MASTER_MC",
        f"{_KEY}, description AS Description, status AS Status_Code, unit AS Unit_of_Measure, "
        + ", ".join(
            _money(f"original_{figure}", f"Original_Est_{figure.title()}") for figure in ("quantity", "hours", "cost")
        ),
        "estimate JOIN phase USING (company, job, phase)",
    )
    + _view(
        "JC_PHASE_ESTIMATES_MC",
        f"{_KEY}, "
        + ", ".join(_money(f"delta_{figure}", f"Est_{figure.title()}") for figure in ("quantity", "hours", "cost")),
        "estimate WHERE delta_quantity <> 0 OR delta_hours <> 0 OR delta_cost <> 0",
    )
    + _view(
        "JC_COST_TYPE_MASTER_MC",
        "company AS Company_Code, cost_type AS Cost_Type, name AS Description",
        "cost_type",
    )
    + _view(
        "JC_STD_PHASE_DESCRIPTION_MC",
        "company AS Company_Code, phase AS Phase_Code, description AS Description",
        "standard_phase",
    )
    + _view(
        "CR_CHNG_REQ_HDR_MC",
        f"{_REQUEST}, description AS Description, status AS Status, change_order AS Change_Order_Number",
        "change_request",
    )
    + _view(
        "CR_CHNG_REQ_CON_DET_MC",
        f"{_REQUEST}, phase AS Phase_Code, cost_type AS Cost_Type, "
        + ", ".join(_money(column, f"Change_Request_{column.title()}") for column in ("quantity", "hours", "amount")),
        "change_line",
    )
    # Public SQL counts the stored types 1, 2 and 5 while the screen numbers cost-only 3 and reverse 5: stored, the
    # two are taken here to be exchanged, which makes both true.
    + _view(
        "CR_CHNG_REQ_STATUS_MC",
        "company AS Company_Code, status AS Status_Code, name AS Description, "
        "CASE action_type WHEN 3 THEN 5 WHEN 5 THEN 3 ELSE action_type END AS CR_Type",
        "request_status",
    )
)
