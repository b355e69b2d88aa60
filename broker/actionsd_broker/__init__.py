"""The broker: takes jobs from clients, gives them to workers, and trusts neither.

Decisions are pure (dispatcher, restart, verdict, plan); sockets and processes are at the
edges (frontend, backend, supervisor); `app` is the loop that joins them.
"""
