"""What the installation tells those who run it: logs, metrics, traces, health, and a doctor's look at all of it."""
