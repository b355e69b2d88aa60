"""The worker process: takes jobs from the broker and runs them in V8.

Started by the broker as `python -m actionsd_worker`, never imported by it.
"""
