"""Makes the context documents of the workloads, and what these must come to.

    python benchmarks/workloads/make.py

Written anew are context.json (2 KB: what scripts look at), context-full.json (8 KB: the
same user with all that an identity provider knows) and expected.json. What w2 must come
to is worked out here, apart from the script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
USER = "248173920481730121"
NAME = "jane.doe@example.com"
FACTS = {
    "department": "engineering",
    "level": "7",
    "costCenter": "cc-4711",
    "manager": "248173920481730999",
}
ROLES = (
    ("viewer", "editor"),
    ("editor", "billing"),
    ("admin", "operator"),
    ("billing", "editor"),
    ("auditor", "billing"),
    ("operator", "operator"),
)
GRANTS = 20
PROJECTS = 7
INACTIVE_EVERY = 5
DAY = "2025-03-26T15:52:23.917636Z"
HUMAN = {
    "firstName": "Jane",
    "lastName": "Doe",
    "email": NAME,
    "isEmailVerified": True,
    "preferredLanguage": "en",
}


def main() -> None:
    """Write the three files."""
    write("context.json", context(full=False))
    write("context-full.json", context(full=True))
    expected = {
        "w1": {"claims": {"k": "v"}, "logs": []},
        "w2": flattened(grants(full=False)),
        "w3": {"claims": {"digest": digest()}, "logs": []},
        "w4": {"claims": {"ext": "ok"}, "logs": []},
    }
    write("expected.json", expected)


def write(name: str, document: dict[str, Any]) -> None:
    """Write one file, as the machine that sends it would: without blanks."""
    (HERE / name).write_text(json.dumps(document, separators=(",", ":")) + "\n")


def context(*, full: bool) -> dict[str, Any]:
    """Return what a trigger is told of a user."""
    user: dict[str, Any] = {"id": USER, "username": NAME, "preferredLoginName": NAME}
    claims: dict[str, Any] = {"sub": USER}
    human: dict[str, Any] = dict(HUMAN)
    if full:
        claims |= {"email": NAME, "email_verified": True}
        user |= {"resourceOwner": "o1", "state": 1, "sequence": 7}
        user |= {"creationDate": DAY, "changeDate": DAY}
        human |= {"gender": 1, "nickName": "", "displayName": "Jane Doe", "avatarKey": ""}
        human |= {"phone": "", "isPhoneVerified": False}
    metadata = [
        {"key": key, "value": base64.b64encode(value.encode()).decode()}
        for key, value in FACTS.items()
    ]
    return {
        "claims": claims,
        "user": {**user, "human": human},
        "userMetadata": metadata,
        "userGrants": grants(full=full),
    }


def grants(*, full: bool) -> list[dict[str, Any]]:
    """Return the user's grants, every fifth of them inactive."""
    found = []
    for number in range(GRANTS):
        project = f"p{number % PROJECTS}"
        grant: dict[str, Any] = {"id": str(2000 + number), "projectId": project}
        if full:
            grant |= {"projectName": f"Project {project}", "projectGrantId": "", "userId": USER}
            grant |= {"userResourceOwner": "o1", "userGrantResourceOwner": "o1"}
            grant |= {"userGrantResourceOwnerName": "ACME", "sequence": 12}
            grant |= {"creationDate": DAY, "changeDate": DAY}
        grant["state"] = 2 if number % INACTIVE_EVERY == 0 else 1
        grant["roles"] = list(ROLES[number % len(ROLES)])
        found.append(grant)
    return found


def flattened(all_grants: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what w2 must come to."""
    active = [grant for grant in all_grants if grant["state"] == 1]
    flat = [f"{grant['projectId']}:{role}" for grant in active for role in grant["roles"]]
    distinct = sorted({role for grant in active for role in grant["roles"]})
    profile = {
        "department": FACTS["department"],
        "level": int(FACTS["level"]),
        "name": f"{HUMAN['firstName']} {HUMAN['lastName']}",
        "projects": len({grant["projectId"] for grant in active}),
    }
    return {
        "claims": {
            "urn:flat:roles": flat,
            "urn:roles": " ".join(distinct),
            "urn:profile": profile,
        },
        "logs": [
            f"flattened {len(flat)} roles",
            f"user {USER} has {len(distinct)} distinct roles",
        ],
    }


def digest() -> str:
    """Return what w3 must come to."""
    message = bytearray((i * 31 + 7) & 255 for i in range(20 * 1024))
    text = ""
    for _ in range(3):
        text = hashlib.sha256(message).hexdigest()
        message[: len(text)] = text.encode()
    return text


if __name__ == "__main__":
    main()
