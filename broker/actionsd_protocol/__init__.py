"""What client, broker and worker say to each other: messages, frames, sessions.

Pure: no I/O and no clock. Everything else in the project imports this package; it
imports nothing of the project.
"""

__version__ = "0.1.0"
