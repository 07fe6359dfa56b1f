"""Every act that a service offers to a person, and the ways to it: its pages, its commands, its operations (X2)."""

from typing import Final

from attrs import frozen

PAGE: Final = "page"
COMMAND: Final = "command"
OPERATION: Final = "operation"


@frozen
class Act:
    """One act, by the methods that do it; each way names all there are, with commas."""

    methods: str
    page: str
    command: str
    operation: str

    def ways(self, way: str) -> tuple[str, ...]:
        """The ways of one kind."""
        return tuple(each for each in getattr(self, way).split(", ") if each)


#: A blank way is one that there is not: `WITHOUT` says why.
ACTS: Final = (
    # Signing in, and oneself.
    Act("people.sign_in", "POST /sign-in", "sign-in", "sign_in"),
    Act("people.sign_out", "POST /sign-out", "sign-out", "sign_out"),
    Act("people.set_password", "POST /password, POST /people/{login}/password", "person password", "set_password"),
    Act("people.accounts.sessions", "GET /profile", "person sign-ins", "list_sign_ins"),
    Act("people.accounts.end_session", "POST /profile/sessions/end", "person end-sign-in", "end_sign_in"),
    Act("people.accounts.end_sessions", "POST /profile/sessions/end-all", "person end-sign-ins", "end_sign_ins"),
    Act("people.accounts.set_formats", "POST /profile/formats", "person formats", "set_formats"),
    Act("people.list_tokens", "GET /tokens", "person tokens", "list_tokens"),
    Act("people.create_token", "POST /tokens", "person token", "create_token"),
    Act("people.revoke_token", "POST /tokens/revoke", "person revoke-token", "revoke_token"),
    # The company and its people.
    Act("companies.list", "GET /company", "company list", "list_companies"),
    Act("companies.show", "GET /company/policy", "company show", "show_company, show_policy"),
    Act("companies.add", "POST /companies/new", "company add", "add_company"),
    Act("companies.set_policy", "POST /company/policy", "company policy", "set_policy"),
    Act("people.tokens.of_company", "GET /company/tokens", "company tokens", "list_company_tokens"),
    Act("people.tokens.withdraw", "POST /company/tokens/withdraw", "company withdraw-token", "withdraw_token"),
    Act("people.list, people.find, people.overview", "GET /people", "person list", "list_people"),
    Act("people.show", "GET /people/{login}/settings, GET /profile", "person show", "show_person"),
    Act("people.add", "POST /people/new", "person add", "add_person"),
    Act("people.change, people.accounts.change", "POST /people/{login}/account, POST /profile", "person change",
        "change_person"),
    Act("people.accounts.deactivate", "POST /people/{login}/deactivate", "person deactivate", "deactivate_person"),
    Act("people.accounts.reactivate", "POST /people/{login}/reactivate", "person reactivate", "reactivate_person"),
    Act("people.grant_membership", "POST /people/{login}/membership", "person membership", "set_membership"),
    Act("people.grant_project", "POST /people/{login}/project, POST /projects/{number}/grants", "person project",
        "set_project_permission"),
    Act("people.grant_privilege", "POST /people/{login}/privilege", "person grant", "grant_privilege"),
    Act("people.revoke_privilege", "POST /people/{login}/privilege/revoke", "person revoke", "revoke_privilege"),
    Act("people.remove", "POST /people/{login}/remove", "person remove", "remove_person"),
    Act("people.identities.of", "GET /people/{login}/settings, GET /profile", "person identities", "list_identities"),
    Act("people.identities.link", "POST /people/{login}/identities", "person link", "link_identity"),
    Act("people.identities.link_own", "POST /profile/identities/link", "", ""),
    Act("people.identities.unlink", "POST /people/{login}/identities/unlink, POST /profile/identities/unlink",
        "person unlink", "unlink_identity"),
    # Connections, maps, plugins.
    Act("connections.list", "GET /connections", "connection list", "list_connections"),
    Act("connections.add", "POST /connections/new", "connection add", "add_connection"),
    Act("connections.settings", "GET /connections/{name}/settings", "connection settings", "show_connection_settings"),
    Act("connections.change, connections.set", "POST /connections/{name}/settings", "connection set",
        "change_connection_settings"),
    Act("connections.check", "POST /connections/{name}/check", "connection check", "check_connection"),
    Act("connections.authorizing.begin, connections.authorizing.finish",
        "POST /connections/{name}/authorize, GET /connections/{name}/authorize/back", "connection authorize", ""),
    Act("connections.metadata", "GET /connections/{name}/metadata/{erp_connection}", "connection metadata",
        "show_connector_metadata"),
    Act("connections.remove", "POST /connections/{name}/remove", "connection remove", "remove_connection"),
    Act("maps.list", "GET /connections/{name}/map, GET /connections/{name}/map/csv", "map list, map save",
        "list_map, download_map"),
    Act("maps.set, maps.load", "POST /connections/{name}/map, POST /connections/{name}/map/import",
        "map set, map load", "load_map"),
    Act("maps.remove", "POST /connections/{name}/map/remove", "map remove", "remove_map_entry"),
    Act("maps.exceptions", "GET /connections/{name}/map", "map exceptions", "list_map_exceptions"),
    Act("certificates.plugins", "GET /plugins", "", "list_plugins"),
    Act("certificates.plugin", "GET /plugins/{name}", "", "show_plugin"),
    Act("certificates.register", "POST /plugins/certificates", "plugins", "register_certificate"),
    # Projects and their budgets.
    Act("projects.list, projects.find", "GET /projects", "project list", "list_projects"),
    Act("projects.show", "GET /projects/{number}/settings", "project show", "show_project, list_things_to_know"),
    Act("projects.create", "POST /projects/new", "project create", "create_project"),
    Act("projects.link", "POST /projects/{number}/link", "project link", "link_project"),
    Act("projects.unlink", "POST /projects/{number}/unlink", "project unlink", "unlink_project"),
    Act("projects.sync", "POST /projects/{number}/sync", "project sync, connection sync", "sync_project"),
    Act("pulling.projects", "GET /projects/{number}/budget/pull", "project source-projects", "list_source_projects"),
    Act("pulling.link", "POST /projects/{number}/budget/pull/link", "project link-source", "link_source"),
    Act("pulling.unlink", "POST /projects/{number}/budget/pull/unlink", "project unlink-source", "unlink_source"),
    Act("pulling.linked", "GET /projects/{number}/budget/pull", "project show", "show_source_link"),
    Act("pulling.look", "GET /projects/{number}/budget/pull/look", "budget pull", "look_at_source"),
    Act("pulling.take", "POST /projects/{number}/budget/pull/look", "budget pull", "take_source"),
    Act("pulling.lock", "POST /projects/{number}/budget/pull/lock", "budget lock-source", "lock_source"),
    Act("budgets.show", "GET /projects/{number}/budget", "budget show", "show_budget"),
    Act("budgets.line, budgets.find_lines", "GET /projects/{number}/budget/lines/edit", "budget show",
        "show_budget_line"),
    Act("budgets.find_lines", "GET /projects/{number}/budget", "budget show", "list_budget_lines"),
    Act("budgets.add_line", "POST /projects/{number}/budget/lines/new", "budget add-line", "add_budget_line"),
    Act("budgets.edit_line", "POST /projects/{number}/budget/lines/edit", "budget edit-line", "edit_budget_line"),
    Act("budgets.remove_line", "POST /projects/{number}/budget/lines/remove", "budget remove-line",
        "remove_budget_line"),
    Act("budgets.sub_jobs", "GET /projects/{number}/budget/sub-jobs", "budget show", "list_sub_jobs"),
    Act("budgets.sub_job", "POST /projects/{number}/budget/sub-jobs", "budget sub-job", "put_sub_job"),
    Act("budgets.remembered_mapping", "GET /projects/{number}/budget/import/{key}", "budget columns",
        "show_budget_columns"),
    Act("budgets.import_file",
        "POST /projects/{number}/budget/import, POST /projects/{number}/budget/import/{key}", "budget import",
        "import_budget_file"),
    Act("budgets.import_from_erp", "POST /projects/{number}/budget/import-from-erp", "budget import-from-erp",
        "import_budget_from_erp"),
    Act("changes.list, changes.find, changes.show",
        "GET /projects/{number}/budget/changes, GET /projects/{number}/budget/changes/show",
        "budget changes", "list_changes, show_change"),
    Act("changes.add", "POST /projects/{number}/budget/changes/new", "budget change", "add_change"),
    Act("changes.edit", "POST /projects/{number}/budget/changes/edit", "budget edit-change", "edit_change"),
    Act("changes.set_status", "POST /projects/{number}/budget/changes/status",
        "budget submit, budget draft, budget approve, budget void", "set_change_status"),
    Act("changes.reverse", "POST /projects/{number}/budget/changes/reverse", "budget reverse", "reverse_change"),
    Act("sending.readiness", "GET /projects/{number}/budget", "budget readiness", "show_readiness"),
    Act("sending.preview", "GET /projects/{number}/budget/send", "budget send", "preview_send"),
    Act("sending.send", "POST /projects/{number}/budget/send", "budget send, budget resend", "send_budget"),
    Act("sending.retrieve", "POST /projects/{number}/budget/retrieve", "budget retrieve", "retrieve_budget"),
    Act("sending.unlock", "POST /projects/{number}/budget/unlock", "budget unlock", "unlock_budget"),
    Act("reviews.history", "GET /projects/{number}/budget/history", "budget history", "list_history"),
    # What the users of a source ask for.
    Act("requests.list", "GET /requests", "request list", "list_requests"),
    Act("requests.show", "GET /requests/{number}", "request show", "show_request"),
    Act("requests.transactions", "GET /requests/{number}", "request show", "list_request_transactions"),
    Act("requests.told", "GET /requests/{number}", "request show", "list_request_outcomes"),
    Act("requests.tell", "POST /requests/{number}/tell", "request tell", "tell_request"),
    Act("requests.doubts", "GET /requests/{number}, GET /requests/{number}/settle/{reference}", "request doubts",
        "list_request_doubts"),
    Act("requests.settle", "POST /requests/{number}/settle/{reference}", "request settle", "settle_request_effect"),
    Act("requests.poll", "POST /requests/poll", "request poll", "poll_requests"),
    Act("requests.take", "POST /requests/{number}/take", "request take", "take_request"),
    # Items: reviewed, answered, exported, verified.
    Act("reviews.list, reviews.counts", "GET /items, GET /problems", "review list, problems",
        "list_items, list_problems"),
    Act("reviews.show, reviews.keys, reviews.count_keys, reviews.lines",
        "GET /items/{item_id}, GET /items/{item_id}/lines", "review show, review lines", "show_item, list_item_lines"),
    Act("reviews.fields, reviews.show", "GET /items/{item_id}/accept", "review fields", "list_item_fields"),
    Act("reviews.accept", "POST /items/{item_id}/accept", "review accept", "accept_item"),
    Act("reviews.bulk_accept", "POST /items/accept", "review accept-several", "accept_items"),
    Act("reviews.take_back", "POST /items/{item_id}/take-back", "review take-back", "take_back_item"),
    Act("reviews.reject", "POST /items/{item_id}/reject", "review reject", "reject_item"),
    Act("exports.start", "POST /items/{item_id}/start", "export start", "start_export"),
    Act("exports.status", "GET /items/{item_id}/export", "export status", "show_export"),
    Act("exports.run", "POST /items/{item_id}/resume", "export resume", "run_export"),
    Act("exports.resume", "", "export resume", "resume_exports"),
    Act("exports.reopen, exports.retry", "POST /items/{item_id}/retry, POST /items/retry",
        "export retry, export retry-several", "retry_export, retry_items"),
    Act("holding.pause", "POST /items/{item_id}/pause", "export pause", "pause_export"),
    Act("holding.go_on", "POST /items/{item_id}/continue", "export continue", "continue_export"),
    Act("holding.cancel", "POST /items/{item_id}/cancel", "export cancel", "cancel_export"),
    Act("exports.hand_overs", "GET /items/{item_id}/export", "export hand-overs", "list_hand_overs"),
    Act("exports.taken_file", "GET /items/{item_id}/export/files/{sha256}", "export file", "download_taken_file"),
    Act("exports.taken_file", "GET /items/{item_id}/export/files/{sha256}", "export file", "download_taken_file"),
    Act("exports.take", "POST /items/{item_id}/take", "export take", "take_hand_overs"),
    Act("exports.doubts", "GET /items/{item_id}/settle/{reference}", "export doubts", "list_doubts"),
    Act("exports.settle", "POST /items/{item_id}/settle/{reference}", "export settle", "settle_effect"),
    Act("verification.show", "GET /items/{item_id}/posting", "verify show", "show_verification"),
    Act("verification.verify", "POST /items/{item_id}/verify", "verify run", "verify_item"),
    Act("verification.verify_all", "", "verify run", "verify_all"),
    Act("verification.adopt", "POST /items/{item_id}/adopt", "verify adopt", "adopt"),
    Act("verification.accept_difference", "POST /items/{item_id}/accept-difference", "verify accept-difference",
        "accept_difference"),
    Act("verification.corrected", "POST /items/{item_id}/corrected", "verify corrected", "corrected"),
    Act("reports.job_costs, reports.find_jobs, reports.find_costs",
        "GET /reports/job-costs, GET /projects/{number}/job-costs", "report job-costs",
        "show_job_costs, list_job_costs, download_job_costs_csv, download_job_costs_xlsx"),
    # Mail, webhooks, the trail, and what is frozen.
    Act("mail.list", "GET /mail", "mail list", "list_mail"),
    Act("mail.show", "GET /mail/{number}", "mail show", "show_mail"),
    Act("mail.make_summaries", "", "mail summary", "make_summaries"),
    Act("mail.send", "", "mail send", "send_mail"),
    Act("mail.retry", "POST /mail/retry, POST /mail/{number}/retry", "mail retry", "retry_all_mail, retry_mail"),
    Act("mail.test", "POST /mail/test", "mail test", "test_mail"),
    Act("webhooks.list", "GET /webhooks", "webhooks list", "list_webhooks"),
    Act("webhooks.add", "POST /webhooks", "webhooks add", "add_webhook"),
    Act("webhooks.renew_secret", "POST /webhooks/{number}/renew-secret", "webhooks renew-secret",
        "renew_webhook_secret"),
    Act("webhooks.remove", "POST /webhooks/{number}/remove", "webhooks remove", "remove_webhook"),
    Act("webhooks.deliveries", "GET /webhooks/deliveries", "webhooks deliveries", "list_webhook_deliveries"),
    Act("webhooks.retry", "POST /webhooks/deliveries/retry, POST /webhooks/deliveries/{number}/retry",
        "webhooks retry", "retry_webhook_deliveries, retry_webhook_delivery"),
    Act("webhooks.send", "", "webhooks send", "send_webhooks"),
    Act("audit.show", "GET /audit, GET /audit/csv, GET /items/{item_id}/history", "audit show",
        "list_audit, download_audit_csv"),
    Act("audit.inspect, audit.check", "GET /audit/check", "audit check", "check_audit"),
    Act("freezing.why", "GET /problems", "problems", "list_problems"),
    Act("freezing.thaw", "POST /problems/thaw", "thaw", "thaw"),
)  # fmt: skip

#: Why there is a way that an act has not got.
_BY_ITSELF: Final = "The worker of the server does it by itself; a page shows what came of it, and does it for one."
_INSTALLED: Final = "The command tells what is installed on its host, with or without an installation."
_IN_A_BROWSER: Final = "It goes through the provider's own pages; an administrator's link needs none."
WITHOUT: Final = {
    (
        "connections.authorizing.begin, connections.authorizing.finish",
        OPERATION,
    ): "A person does it in a browser, at the budget source's own pages.",
    ("people.identities.link_own", COMMAND): _IN_A_BROWSER,
    ("people.identities.link_own", OPERATION): _IN_A_BROWSER,
    ("exports.resume", PAGE): _BY_ITSELF,
    ("verification.verify_all", PAGE): _BY_ITSELF,
    ("mail.make_summaries", PAGE): _BY_ITSELF,
    ("mail.send", PAGE): _BY_ITSELF,
    ("webhooks.send", PAGE): _BY_ITSELF,
    ("certificates.plugins", COMMAND): _INSTALLED,
    ("certificates.plugin", COMMAND): _INSTALLED,
}

#: Methods that are given an actor and are no act of his.
NO_ACTS: Final = {
    "exports.refresh": "A part of verifying.",
    "exports.to_start": "A part of starting an export.",
    "exports.briefs": "What a page of many tells of each.",
    "verification.briefs": "What a page of many tells of each.",
    "reviews.still_valid": "A part of starting an export.",
    "requests.of_item": "What an item's page tells of the request that it was made of.",
    "requests.waiting": "What `problems` tells of requests beside items.",
    "sending.open": "A part of sending.",
    "reviews.item": "What `show` and `status` tell, for pages that need no more.",
    "reviews.why_not": "Why a button is disabled; the act itself answers the same reasons, all at once.",
    "people.ways": "Why a button is disabled; the act itself answers the same reasons, all at once.",
    "people.grants": "Behind the door: `people.grant_…`, `people.revoke_privilege`, `people.remove`.",
    "people.tokens.create": "Behind the door: `people.create_token`.",
    "people.granted_on": "People with their permissions, as the lists of people tell; a project's page shows its own.",
    "people.tokens.list": "Behind the door: `people.list_tokens`.",
    "audit.latest": "When each connection was checked last, on the page of connections; `audit.show` tells it.",
    "people.tokens.revoke": "Behind the door: `people.revoke_token`.",
}

#: Pages, commands and operations that change something and are no act on what an installation holds.
NO_WAYS: Final = {
    "POST /company": "Chooses where one's own pages are, as `--company` and `ERP-Bridge-Company` do for one act.",
    "init": "Makes the installation, before anybody can sign in.",
    "db upgrade": "For whoever may write the home's files, while nobody can sign in.",
    "db check": "For whoever may read the home's files, while nobody can sign in.",
    "db move": "For whoever may write the home's files.",
    "db backup": "For whoever may read the home's files.",
    "db restore": "For whoever may write the home's files, while nobody can sign in.",
    "doctor": "For whoever may read the home's files; it answers when pages can't.",
    "serve": "Serves the pages themselves.",
    "worker run": "A process of the host.",
    "worker check": "It looks at the processes of its host; pages and API answer `/readyz`.",
    "worker status": "It looks at the processes of its host.",
    "plugin new": "For vendors: it needs no installation.",
    "demo": "Makes a home of its own.",
}
