"""What happened, and the mark outside the database."""
