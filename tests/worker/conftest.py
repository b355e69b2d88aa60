"""A worker's parts under test."""

from __future__ import annotations
