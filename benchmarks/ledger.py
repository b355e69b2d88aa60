"""The soak's account of its jobs: each is sent once and must be answered once. Pure."""

from __future__ import annotations

from collections import Counter

from benchmarks.mixture import Job

KEPT = 10


class Ledger:
    """Counts jobs by what became of them."""

    def __init__(self) -> None:
        self.sent = 0
        self.answered = 0
        self.ends: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.wrong = 0
        self.worker_kills = 0

    @property
    def open(self) -> int:
        """How many jobs have no answer, yet."""
        return self.sent - self.answered

    def send(self) -> None:
        """Take note of a job that is sent."""
        self.sent += 1

    def answer(self, job: Job, end: str, complaint: str | None) -> None:
        """Take note of a job's answer."""
        self.answered += 1
        self.ends[f"{job.kind.name}: {end}"] += 1
        if complaint is not None:
            self.complain(complaint)

    def complain(self, text: str) -> None:
        """Take note of something that must not be; of many, the first few words are kept."""
        self.wrong += 1
        if len(self.complaints) < KEPT:
            self.complaints.append(text)

    def verdict(self) -> list[str]:
        """Return everything that is wrong at the end."""
        found = list(self.complaints)
        if self.wrong > KEPT:
            found.append(f"and {self.wrong - KEPT} more")
        if self.open:
            found.append(f"{self.open} of {self.sent} jobs were never answered")
        # A kill takes the job that its worker had, and no other.
        lost = sum(n for end, n in self.ends.items() if end.endswith(": worker_lost"))
        if lost > self.worker_kills:
            found.append(f"{lost} jobs lost their worker, but only {self.worker_kills} were killed")
        return found
