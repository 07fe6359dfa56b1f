"""Budgets taken from a budget source: which project comes from where, what comes, and what is edited in both places."""
