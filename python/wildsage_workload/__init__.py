"""What runs inside Wildsage's workloads: script mode, serving, and the built-in algorithms."""
