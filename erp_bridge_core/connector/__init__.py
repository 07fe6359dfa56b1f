"""What the users of a source ask to be exported: heard of, made items of the review, and told what became of it."""
