"""Who is told: notices are written in the transaction that made them true, and sent from there."""
