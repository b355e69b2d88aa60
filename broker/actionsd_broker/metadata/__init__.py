"""Users' metadata: what is kept of it, for whom, and the SQLite file that keeps it."""
