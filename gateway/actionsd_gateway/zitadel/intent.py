"""An external login: the response of `RetrieveIdentityProviderIntent` (spec, 7.12). Pure.

For a user who is new it brings `addHumanUser`, which is changed as v1 changes its external
user; for one who is linked newer versions bring `updateHumanUser`, older ones nothing that
could be changed but the name at the IdP.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actionsd_gateway.zitadel.call import Call, Mutation, Reply
from actionsd_gateway.zitadel.document import PayloadError, read_document
from actionsd_gateway.zitadel.http_request import http_request
from actionsd_gateway.zitadel.human import HumanDraft, organization, read_human
from actionsd_gateway.zitadel.metadata import read_metadata
from actionsd_gateway.zitadel.parts import checked, given, member, members, text
from actionsd_gateway.zitadel.provider import provider_info
from actionsd_protocol import context, triggers


def read_intent(payload: Mapping[str, Any]) -> Call:
    """Return the job of an external login; raises PayloadError."""
    response = member(payload, "response") or {}
    information = member(response, "idpInformation") or {}
    added = member(response, "addHumanUser")
    human = added or member(response, "updateHumanUser")
    tokens = member(information, "oauth") or {}
    linked = text(response, "userId")
    id_token = text(tokens, "idToken")
    document = given(
        accessToken=text(tokens, "accessToken"),
        idToken=id_token,
        refreshToken=text(tokens, "refreshToken"),
        idTokenClaims=None if id_token is None else claims_of(id_token),
        externalUser=_external_user(information, human),
        providerInfo=provider_info(information),
        # A linked user's metadata are not sent: those of our store are the ones there are.
        user=None if linked is None else {"id": linked},
        userMetadata=None if added is None else read_metadata(added, "metadata"),
        httpRequest=http_request(payload),
    )
    members(added or {}, "idpLinks")  # a wrong one is to be found before actions run
    tenant = organization(added or {}, payload)
    reply = _changes(response, kept=added is None)
    return Call(triggers.EXTERNAL_POST_AUTHENTICATION, tenant, document, reply)


def claims_of(token: str) -> dict[str, Any] | None:
    """Return the claims of an id_token, None if it has none that can be read.

    Not verified: ZITADEL has done that, and what it sends is signed by it.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return read_document(body)
    except (binascii.Error, ValueError, PayloadError):
        return None


def _external_user(
    information: Mapping[str, Any], human: Mapping[str, Any] | None
) -> dict[str, Any]:
    user = given(
        externalId=text(information, "userId"),
        externalIdpId=text(information, "idpId"),
        human=None if human is None else read_human(human),
    )
    checked(user, context.ExternalUser, "response")
    return user


def _changes(response: Mapping[str, Any], *, kept: bool) -> Callable[[Sequence[Mutation]], Reply]:
    """Return what makes the changed response; `kept`: our store has what setMetadata set."""

    def reply(mutations: Sequence[Mutation]) -> Reply:
        draft = _IntentDraft(response)
        unsupported = tuple(
            mutation["op"]
            for mutation in mutations
            if not draft.change(mutation) and not (kept and mutation["op"] == "setMetadata")
        )
        return Reply(draft.finish(), unsupported)

    return reply


class _IntentDraft:
    """The response, to be changed: a copy, so far as it is changed."""

    def __init__(self, response: Mapping[str, Any]) -> None:
        self._response = dict(response)
        self._changed = False
        names = ("addHumanUser", "updateHumanUser")
        self._name = next((name for name in names if member(response, name) is not None), None)
        holder = {} if self._name is None else response[self._name]
        self._draft = HumanDraft(holder, with_metadata=self._name == "addHumanUser")

    def change(self, mutation: Mutation) -> bool:
        if mutation["op"] == "setPreferredUsername":
            self._set_username(mutation["value"])
        elif self._name is None or not self._draft.change(mutation):
            return False
        self._changed = True
        return True

    def finish(self) -> dict[str, Any] | None:
        if not self._changed:
            return None
        if self._name is not None:
            self._response[self._name] = self._draft.holder
        return self._response

    def _set_username(self, value: str) -> None:
        """Change the name of the user, and that at the IdP, which Login V2 links by (7.12)."""
        added = self._draft.holder
        if self._name == "addHumanUser":
            added.pop("username", None)
            if value:  # without one ZITADEL takes the e-mail's, as v1 does
                added["username"] = value
        if not value:
            return
        information = {**(member(self._response, "idpInformation") or {}), "userName": value}
        self._response["idpInformation"] = information
        links = members(added, "idpLinks")
        if links:
            added["idpLinks"] = [{**links[0], "userName": value}, *links[1:]]
