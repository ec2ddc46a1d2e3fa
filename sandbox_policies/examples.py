"""Proof that each rule does what it says: its examples, run through the analyser."""

from sandbox_policies.analyser import analyse
from sandbox_policies.policy import Policy, PolicyError


def check_examples(policy: Policy) -> None:
    """Raises `PolicyError` naming the first rule whose example is judged otherwise."""
    for rule in policy.rules:
        for source in rule.accepts:
            errors = [finding for finding in analyse(source, policy).errors if finding.code != "NO_RESULT"]
            if errors:
                raise PolicyError(f"rule {rule.id!r} should accept {source!r}, but: {errors[0].message}")
        for source in rule.refuses:
            if all(finding.code == "NO_RESULT" for finding in analyse(source, policy).errors):
                raise PolicyError(f"rule {rule.id!r} should refuse {source!r}, and it is accepted")
