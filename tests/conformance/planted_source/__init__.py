"""A small budget source for the suite's own tests: Slate, its plugin and simulator, and plugins with a defect each."""
