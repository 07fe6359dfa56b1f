"""What the rules for sources try, where it is more than a few lines."""
