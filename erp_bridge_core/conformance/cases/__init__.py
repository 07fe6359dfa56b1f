"""What one group of rules needs beside the world: its budgets, its ways of asking, what its answers must be."""
