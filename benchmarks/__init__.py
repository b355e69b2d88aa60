"""The benchmark suite: `python -m benchmarks`, and what it is made of (docs/benchmarks.md)."""
