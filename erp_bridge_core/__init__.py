"""ERP Bridge: a budget goes past an accounting approver into the ERP, exactly once, and is proved to be there."""
