"""The tables in an SQLite file, by version.

A migration is never changed once it was released: files of that version exist. To change
the schema append another; the file's version is the number of those that it has seen.
"""

from __future__ import annotations

from typing import TypeAlias

Migration: TypeAlias = tuple[str, ...]

APPLICATION_ID = 0x61637464
"""In the file's header ("actd"), so that no other program's database is taken for ours."""

MIGRATIONS: tuple[Migration, ...] = (
    (
        # Kept when a user's last entry goes, so that sequences never repeat.
        """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY,
            tenant TEXT NOT NULL CHECK (tenant <> ''),
            user_id TEXT NOT NULL CHECK (user_id <> ''),
            sequence INTEGER NOT NULL,
            changed INTEGER NOT NULL, -- microseconds since 1970, as all dates
            UNIQUE (tenant, user_id)
        )
        """,
        """
        CREATE TABLE entries (
            owner INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
            value BLOB NOT NULL
                CHECK (typeof(value) = 'blob' AND length(value) BETWEEN 1 AND 500000),
            created INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (owner, key)
        )
        """,
    ),
)
