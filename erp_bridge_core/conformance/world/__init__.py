"""The world of a case: a site with its simulator, people and workers, and the faults that reach them."""
