"""ERP Bridge and Procore, where project managers make their budgets: a client of its REST API, and a simulator."""
