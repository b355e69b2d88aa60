"""The context document: what an IdP tells of a login or token. JSON, all keys optional.

The broker passes contexts on unread and the prelude in the worker checks what a script
looks at; this is for whoever wants to know beforehand and exactly, such as the command
line. Shapes: spec zitadel-actions.md, section 2. Inner objects may carry more than is
listed here, as what ZITADEL sends does.
"""

from __future__ import annotations

import difflib
import json
from typing import Annotated, Any, NoReturn, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

Time: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?\Z"),
]
# White space has one place only to be matched in: with two, every way to share it out is tried.
Base64: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/\s]*(={1,2}\s*)?\Z")]


class ContextError(ValueError):
    """Raised when a text is not a context document; says where and why."""


class Human(Struct):
    """The human half of a user (spec, 2.9)."""

    firstName: str | None = None
    lastName: str | None = None
    nickName: str | None = None
    displayName: str | None = None
    avatarKey: str | None = None
    preferredLanguage: str | None = None
    gender: float | None = None
    email: str | None = None
    isEmailVerified: bool | None = None
    phone: str | None = None
    isPhoneVerified: bool | None = None


class Machine(Struct):
    """What a machine user has instead (spec, 2.9)."""

    name: str | None = None
    description: str | None = None


class User(Struct):
    """A user (spec, 2.9)."""

    id: str | None = None
    creationDate: Time | None = None
    changeDate: Time | None = None
    resourceOwner: str | None = None
    sequence: float | None = None
    state: float | None = None
    username: str | None = None
    loginNames: list[str] | None = None
    preferredLoginName: str | None = None
    human: Human | None = None
    machine: Machine | None = None


class Metadata(Struct):
    """A metadata entry; `value` is the base64 of the stored bytes (spec, 2.6)."""

    key: str
    value: Base64
    creationDate: Time | None = None
    changeDate: Time | None = None
    resourceOwner: str | None = None
    sequence: float | None = None


class Grant(Struct):
    """A user grant (spec, 2.9)."""

    id: str | None = None
    projectGrantId: str | None = None
    state: float | None = None
    userGrantResourceOwner: str | None = None
    userGrantResourceOwnerName: str | None = None
    creationDate: Time | None = None
    changeDate: Time | None = None
    sequence: float | None = None
    userId: str | None = None
    userResourceOwner: str | None = None
    roles: list[str] | None = None
    projectId: str | None = None
    projectName: str | None = None


class ExternalUser(Struct):
    """The user that an external IdP sent, as it was mapped (spec, 2.9)."""

    externalId: str | None = None
    externalIdpId: str | None = None
    human: Human | None = None


class BrowserInfo(Struct):
    """The browser of an auth request (spec, 2.7)."""

    userAgent: str | None = None
    acceptLanguage: str | None = None
    remoteIp: str | None = None


class AuthRequest(Struct):
    """The login that is under way (spec, 2.7); `maxAuthAge` is in nanoseconds."""

    id: str | None = None
    agentId: str | None = None
    creationDate: Time | None = None
    changeDate: Time | None = None
    browserInfo: BrowserInfo | None = None
    applicationId: str | None = None
    callbackUri: str | None = None
    transferState: str | None = None
    prompt: list[float] | None = None
    uiLocales: list[str] | None = None
    loginHint: str | None = None
    maxAuthAge: float | None = None
    instanceId: str | None = None
    request: dict[str, Any] | None = None
    userId: str | None = None
    userName: str | None = None
    loginName: str | None = None
    displayName: str | None = None
    resourceOwner: str | None = None
    requestedOrgId: str | None = None
    requestedOrgName: str | None = None
    requestedPrimaryDomain: str | None = None
    requestedOrgDomain: bool | None = None
    applicationResourceOwner: str | None = None
    privateLabelingSetting: float | None = None
    selectedIdpConfigId: str | None = None
    linkingUsers: list[ExternalUser] | None = None
    passwordVerified: bool | None = None
    mfasVerified: list[float] | None = None
    audience: list[str] | None = None
    authTime: Time | None = None


class HttpRequest(Struct):
    """The HTTP request of a login (spec, 2.8)."""

    method: str | None = None
    url: str | None = None
    proto: str | None = None
    contentLength: float | None = None
    host: str | None = None
    form: dict[str, list[str]] | None = None
    postForm: dict[str, list[str]] | None = None
    remoteAddr: str | None = None
    headers: dict[str, list[str]] | None = None


class Actor(Struct):
    """A delegation chain (spec, 2.6a)."""

    userId: str | None = None
    issuer: str | None = None
    actor: Actor | None = None


class Application(Struct):
    """The application that asks for the token (spec, 2.6a)."""

    clientId: str | None = None


class Context(Struct, forbid_unknown_fields=True):
    """The whole document."""

    access_token: str | None = field(name="accessToken", default=None)
    id_token: str | None = field(name="idToken", default=None)
    refresh_token: str | None = field(name="refreshToken", default=None)
    id_token_claims: dict[str, Any] | None = field(name="idTokenClaims", default=None)
    external_user: ExternalUser | None = field(name="externalUser", default=None)
    provider_info: dict[str, Any] | None = field(name="providerInfo", default=None)
    auth_request: AuthRequest | None = field(name="authRequest", default=None)
    http_request: HttpRequest | None = field(name="httpRequest", default=None)
    auth_error: str | None = field(name="authError", default=None)
    auth_method: str | None = field(name="authMethod", default=None)
    user: User | None = None
    user_metadata: list[Metadata] | None = field(name="userMetadata", default=None)
    user_grants: list[Grant] | None = field(name="userGrants", default=None)
    org: dict[str, Any] | None = None
    org_metadata: list[Metadata] | None = field(name="orgMetadata", default=None)
    grant_org_metadata: dict[str, list[Metadata]] | None = field(
        name="grantOrgMetadata", default=None
    )
    claims: dict[str, Any] | None = None
    application: Application | None = None
    actor: Actor | None = None


KEYS: tuple[str, ...] = Context.__struct_encode_fields__
"""The keys of a context document."""


def check_context(text: bytes) -> None:
    """Raise ContextError if a text is not a context document."""
    try:
        document = json.loads(text.decode(), parse_constant=_not_json)
    except ContextError:
        raise
    except UnicodeDecodeError as error:
        raise ContextError(f"not UTF-8: byte {error.start} is {text[error.start]:#04x}") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise ContextError(f"not JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise ContextError("nested too deeply") from error
    except ValueError as error:
        raise ContextError(f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ContextError(f"a JSON object expected, got {type(document).__name__}")
    _check_keys(document)
    try:
        msgspec.convert(document, Context)
    except msgspec.ValidationError as error:
        raise ContextError(str(error)) from error
    except UnicodeEncodeError as error:
        raise ContextError("a key with half of a surrogate pair in it") from error


def _check_keys(document: dict[str, Any]) -> None:
    for key in document:
        if key not in KEYS:
            close = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; there is: {', '.join(KEYS)}"
            raise ContextError(f"unknown key {key!a}{hint}")


def _not_json(constant: str) -> NoReturn:
    raise ContextError(f"not JSON: {constant} is no JSON number")
