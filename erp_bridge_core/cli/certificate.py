"""A certificate as people read it: what it is worth, what was claimed, and every rule with its result."""

from typing import TYPE_CHECKING

from erp_bridge_core.cli.output import Column, Page, joined

if TYPE_CHECKING:
    from erp_bridge_core.certificates import Assessment, Certificate


def print_assessment(page: Page, assessment: "Assessment") -> None:
    """How the adapter stands, then the certificate in full, where there is one."""
    with page.section("Conformance"):
        page.line(assessment.standing.sentence)
        page.line(assessment.standing.remedy)
        page.bullets(assessment.standing.notes)
    if assessment.certificate is not None:
        _print_head(page, assessment, assessment.certificate)
        _print_rules(page, assessment.certificate)


def _print_head(page: Page, assessment: "Assessment", certificate: "Certificate") -> None:
    versions, claims = certificate.versions, certificate.claims
    counted = ((count, result.replace("_", " ")) for result, count in certificate.summary.items() if count)
    page.facts(
        [
            ("Certificate", f"{assessment.source}, made {page.cell(certificate.made_at)}"),
            ("Of", f"{versions.distribution} {versions.plugin}, code {versions.wheel_hash}"),
            ("With", f"ERP Bridge {versions.core}, suite {versions.suite}, Python {versions.python}"),
            ("Evidence", certificate.evidence),
            ("Cases", f"{'all' if certificate.thorough else 'a sample'}, seed {certificate.seed}"),
            ("Rules", joined(f"{count} {result}" for count, result in counted)),
            ("It claims", certificate.claims.capabilities),
            ("Its writes", joined(f"{name} {safety}" for name, safety in sorted(claims.operations.items()))),
        ]
    )


def _print_rules(page: Page, certificate: "Certificate") -> None:
    if certificate.gaps:
        with page.section("Known gaps"):
            rows = [(gap.rule, gap.expires, gap.reason, gap.link) for gap in certificate.gaps]
            page.table(["Rule", "Until", "Why", "Followed up at"], rows)
    with page.section("Rules"):
        results = [
            (each.id, each.result, each.cases, each.evidence, each.title, each.why) for each in certificate.rules
        ]
        page.table(["Rule", "Result", Column("Cases", right=True), "Evidence", "What it says", "Remark"], results)
