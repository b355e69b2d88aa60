// What an action is given: `ctx`, `api` and `require`, for editors and the TypeScript checker.
//
// How to use it: in the directory of the scripts,
//
//     actionsd types complement-token/pre-userinfo > actions.d.ts
//
// and, in a file `jsconfig.json` beside it,
//
//     {
//       "compilerOptions": {
//         "checkJs": true,
//         "strict": true,
//         "noImplicitAny": false,
//         "target": "ES2023",
//         "lib": ["ES2023"],
//         "types": [],
//         "moduleDetection": "force"
//       }
//     }
//
// Then say once, above the action's function, what its parameters are:
//
//     /** @param {Ctx} ctx @param {Api} api */
//
// An editor then completes and checks; `npx -p typescript tsc -p jsconfig.json` checks too.
// `Ctx` and `Api` are the trigger's that was named. Without one they are not there, and
// scripts of several triggers name their own: PreUserinfoContext and PreUserinfoApi, …
//
// The reference is docs/actions.md.

// Values

/** What JSON can say. */
type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object; a key that is not there reads as `undefined`. */
type JsonObject = { [key: string]: JsonValue | undefined };

/** What can be written as JSON: a claim, a metadata value. What is inside must be so too. */
type JsonInput =
  | string | number | bigint | boolean | symbol | null | undefined
  | { readonly [key: string]: JsonInput } | DataObject;

/** Lists, maps, sets, dates, bytes and plain objects; not a function or a promise. */
type DataObject = object & { readonly bind?: never; readonly then?: never };

/** Lists of text by name, such as the headers of a request. */
type TextLists = { readonly [name: string]: string[] | undefined };

/** Go's time: not a `Date`; `new Date(t.unixMilli())` makes one. In JSON it is RFC 3339. */
interface GoTime {
  /** Seconds since 1970. */
  unix(): number;
  /** Milliseconds since 1970. */
  unixMilli(): number;
  /** Microseconds since 1970. */
  unixMicro(): number;
  /** Nanoseconds since 1970; a JavaScript number is not exact to the last of them. */
  unixNano(): number;
  year(): number;
  /** 1 to 12 as a number, the English name as text. */
  month(): GoNumber;
  /** The day of the month. */
  day(): number;
  hour(): number;
  minute(): number;
  second(): number;
  nanosecond(): number;
  /** 0 (Sunday) to 6 as a number, the English name as text. */
  weekday(): GoNumber;
  /** 1 to 366. */
  yearDay(): number;
  /** Whether it is the time 0001-01-01 00:00:00 UTC, which stands for none. */
  isZero(): boolean;
  before(other: GoTime): boolean;
  after(other: GoTime): boolean;
  equal(other: GoTime): boolean;
  /** -1, 0 or 1. */
  compare(other: GoTime): number;
  /** As text, in one of Go's layouts: "2006-01-02 15:04:05". */
  format(layout: string): string;
  /** As text: "2026-01-02 03:04:05.6789 +0000 UTC". */
  string(): string;
  toString(): string;
  /** RFC 3339 text. */
  toJSON(): string;
}

/** A number with a name: `valueOf()` is the number, text is the name; never `===` to a number. */
interface GoNumber {
  valueOf(): number;
  string(): string;
  toString(): string;
  toJSON(): number;
}

// Users

/** The human half of a user. */
type Human = {
  readonly firstName: string;
  readonly lastName: string;
  readonly nickName: string;
  readonly displayName: string;
  readonly avatarKey: string;
  /** A BCP 47 tag; "und" if there is none. */
  readonly preferredLanguage: string;
  /** 0 unspecified, 1 female, 2 male, 3 diverse. */
  readonly gender: number;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly phone: string;
  readonly isPhoneVerified: boolean;
};

/** What a machine user has instead. */
type Machine = {
  readonly name: string;
  readonly description: string;
};

/** What every user has. */
type UserHead = {
  readonly id: string;
  readonly creationDate: GoTime;
  readonly changeDate: GoTime;
  /** The organisation that owns the user. */
  readonly resourceOwner: string;
  readonly sequence: number;
  /** 0 unspecified, 1 active, 2 inactive, 3 deleted, 4 locked, 5 suspended, 6 initial. */
  readonly state: number;
  readonly username: string;
  readonly loginNames: string[];
  readonly preferredLoginName: string;
};

/** A user who is a person. */
type HumanUser = UserHead & { readonly human: Human; readonly machine?: undefined };

/** A user who is a machine. */
type MachineUser = UserHead & { readonly machine: Machine; readonly human?: undefined };

/** A user: look whether it has `human` or `machine`. */
type User = HumanUser | MachineUser;

/** A user as an external identity provider described it. */
type ExternalUser = {
  readonly externalId: string;
  readonly externalIdpId: string;
  readonly human: Human;
};

/** One metadata entry. */
type Metadata = {
  readonly creationDate: GoTime;
  readonly changeDate: GoTime;
  readonly resourceOwner: string;
  readonly sequence: number;
  readonly key: string;
  /** Stored bytes that are JSON as what they say, others as text. */
  readonly value: JsonValue;
};

/** All metadata of a user or an organisation. */
type MetadataResult = {
  readonly count: number;
  readonly sequence: number;
  readonly timestamp: GoTime;
  readonly metadata: Metadata[];
};

/** Roles of a user in a project. */
interface Grant {
  readonly id: string;
  readonly projectGrantId: string;
  /** 0 unspecified, 1 active, 2 inactive, 3 removed. */
  readonly state: number;
  readonly userGrantResourceOwner: string;
  readonly userGrantResourceOwnerName: string;
  readonly creationDate: GoTime;
  readonly changeDate: GoTime;
  readonly sequence: number;
  readonly userId: string;
  readonly userResourceOwner: string;
  readonly roles: string[];
  readonly projectId: string;
  readonly projectName: string;
  /** Metadata of the organisation `userGrantResourceOwner`. */
  getOrgMetadata(): MetadataResult;
}

/** The grants of a user. */
interface GrantList {
  readonly count: number;
  readonly sequence: number;
  readonly timestamp: GoTime;
  readonly grants: Grant[];
}

/** Who acts for the user; `actor` is whoever acts for that one, or null. */
type Actor = {
  readonly userId: string;
  readonly issuer: string;
  readonly actor: Actor | null;
};

/** The organisation of the user. */
interface Org {
  getMetadata(): MetadataResult;
}

// Logins

/** The browser in which a login was begun. */
type BrowserInfo = {
  readonly userAgent: string;
  readonly acceptLanguage: string;
  readonly remoteIp: string;
};

/** The login under way. */
type AuthRequest = {
  readonly id: string;
  readonly agentId: string;
  readonly creationDate: GoTime;
  readonly changeDate: GoTime;
  readonly browserInfo: BrowserInfo | null;
  readonly applicationId: string;
  readonly callbackUri: string;
  readonly transferState: string;
  /** 0 unspecified, 1 none, 2 login, 3 consent, 4 select_account, 5 create. */
  readonly prompt: number[];
  readonly uiLocales: string[];
  readonly loginHint: string;
  /** Nanoseconds. */
  readonly maxAuthAge: number | null;
  readonly instanceId: string;
  readonly request: { readonly oidc: { readonly scopes: string[] } };
  readonly userId: string;
  readonly userName: string;
  readonly loginName: string;
  readonly displayName: string;
  readonly resourceOwner: string;
  readonly requestedOrgId: string;
  readonly requestedOrgName: string;
  readonly requestedPrimaryDomain: string;
  readonly requestedOrgDomain: boolean;
  readonly applicationResourceOwner: string;
  /** 0 unspecified, 1 the project's policy, 2 the policy of the user's organisation. */
  readonly privateLabelingSetting: number;
  readonly selectedIdpConfigId: string;
  readonly linkingUsers: ExternalUser[];
  readonly passwordVerified: boolean;
  /** 0 OTP, 1 U2F, 2 U2F with user verification, and more. */
  readonly mfasVerified: number[];
  readonly audience: string[];
  readonly authTime: GoTime;
};

/** The browser's request: `form` and `postForm` may hold the password that was typed. */
type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly proto: string;
  readonly contentLength: number;
  readonly host: string;
  readonly form: TextLists;
  readonly postForm: TextLists;
  /** "ip:port". */
  readonly remoteAddr: string;
  /** By name as Go writes it: "User-Agent". */
  readonly headers: TextLists;
};

/** What every provider's user answers to. */
interface ProviderMethods {
  getID(): string;
  getFirstName(): string;
  getLastName(): string;
  getDisplayName(): string;
  getNickname(): string;
  getPreferredUsername(): string;
  getEmail(): string;
  isEmailVerified(): boolean;
  getPhone(): string;
  isPhoneVerified(): boolean;
  getPreferredLanguage(): string;
  getAvatarURL(): string;
  getProfile(): string;
}

/** Fields that some kinds of provider have. */
interface ProviderFields {
  /** SAML: the name id. */
  readonly iD?: string;
  /** SAML: the attributes, by name. */
  readonly attributes?: TextLists;
  /** OAuth: the provider's answer. */
  readonly rawInfo?: JsonObject;
  /** OIDC: the raw claims. */
  readonly claims?: JsonObject;
  readonly subject?: string;
  readonly name?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly middleName?: string;
  readonly nickname?: string;
  readonly preferredUsername?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly phoneNumber?: string;
  readonly phoneNumberVerified?: boolean;
  readonly picture?: string;
}

/** A user as its external provider sent it: which fields there are depends on the provider. */
type ProviderInfo = ProviderMethods & ProviderFields & { readonly [field: string]: JsonValue | undefined };

/** What ctx of every login trigger has. */
interface LoginContext {
  /** The login under way, or null. */
  readonly authRequest: AuthRequest | null;
  readonly httpRequest: HttpRequest;
}

/** Claims of a token. */
interface ClaimReaders {
  /** A claim, or null. */
  getClaim(name: string): JsonValue;
  /** All claims as JSON text, "" if there are none: use `JSON.parse`. */
  claimsJSON(): string;
  /** All claims, or null; from the draft of the API. */
  getClaims(): JsonObject | null;
}

/** Sets what a user's profile and addresses are. */
interface ProfileApi {
  setFirstName(firstName: string): void;
  setLastName(lastName: string): void;
  setNickName(nickName: string): void;
  setDisplayName(displayName: string): void;
  /** A BCP 47 tag; what cannot be read becomes "und". */
  setPreferredLanguage(tag: string): void;
  setEmail(email: string): void;
  setEmailVerified(verified: boolean): void;
  setPhone(phone: string): void;
  setPhoneVerified(verified: boolean): void;
}

/** Adds metadata to the user. */
interface MetadataApi {
  /** Stores the value as JSON. */
  appendMetadata(key: string, value: JsonInput): void;
  /** Stores text or bytes as they are; not empty. */
  appendMetadataRaw(key: string, value: string | Uint8Array | readonly number[]): void;
}

/** An entry of `api.metadata`. */
interface MetadataEntry {
  key: string;
  value: JsonInput;
}

/** An entry of `api.userGrants`. */
interface PushedGrant {
  projectID: string;
  projectGrantID?: string;
  roles?: readonly string[];
}

/** A grant for `appendUserGrant`, which takes both spellings. */
type NewGrant = ({ projectId: string } | { projectID: string }) & {
  projectGrantId?: string;
  projectGrantID?: string;
  roles?: readonly string[];
};

// external-authentication/post-authentication

interface ExternalPostAuthenticationContext extends ClaimReaders {
  /** The provider's access token, or "". */
  readonly accessToken: string;
  /** The provider's id token, or "". */
  readonly idToken: string;
  /** The provider's refresh token, or "". */
  readonly refreshToken: string;
  readonly v1: LoginContext & {
    readonly externalUser: ExternalUser;
    readonly providerInfo: ProviderInfo | null;
    /** "none", or why the login failed. */
    readonly authError: string;
    readonly org: Org;
  };
}

interface ExternalPostAuthenticationApi extends ProfileApi {
  setPreferredUsername(username: string): void;
  /** Deprecated: use `v1.user.appendMetadata`. */
  readonly metadata: MetadataEntry[];
  readonly v1: { readonly user: MetadataApi };
}

// external-authentication/pre-creation, internal-authentication/pre-creation

interface ExternalPreCreationContext {
  readonly v1: LoginContext & {
    /** The user who is about to be created. */
    readonly user: HumanUser;
    readonly org: Org;
  };
}

interface ExternalPreCreationApi extends ProfileApi {
  /** 0 unspecified, 1 female, 2 male, 3 diverse. */
  setGender(gender: number): void;
  setUsername(username: string): void;
  /** Deprecated: use `v1.user.appendMetadata`. */
  readonly metadata: MetadataEntry[];
  readonly v1: { readonly user: MetadataApi };
}

interface InternalPreCreationContext extends ExternalPreCreationContext {}

interface InternalPreCreationApi extends ExternalPreCreationApi {}

// external-authentication/post-creation, internal-authentication/post-creation

interface ExternalPostCreationContext {
  readonly v1: LoginContext & {
    /** The user who was created. */
    getUser(): User;
    readonly org: Org;
  };
}

interface ExternalPostCreationApi {
  /** Deprecated: use `v1.appendUserGrant`. */
  readonly userGrants: PushedGrant[];
  readonly v1: {
    /** Gives the user roles in a project. */
    appendUserGrant(grant: NewGrant): void;
  };
}

interface InternalPostCreationContext extends ExternalPostCreationContext {}

interface InternalPostCreationApi extends ExternalPostCreationApi {}

// internal-authentication/post-authentication

interface InternalPostAuthenticationContext {
  readonly v1: LoginContext & {
    /** "password", "OTP", "OTP SMS", "OTP Email", "recovery code", "U2F" or "passwordless". */
    readonly authMethod: string;
    /** "none", or why the check failed. */
    readonly authError: string;
  };
}

interface InternalPostAuthenticationApi {
  /** Deprecated: use `v1.user.appendMetadata`. */
  readonly metadata: MetadataEntry[];
  readonly v1: { readonly user: MetadataApi };
}

// complement-token/pre-userinfo, complement-token/pre-access-token

/** The claims as they stand; a key that is not there reads as `undefined`. */
type Claims = JsonObject & {
  sub?: string;
  name?: string;
  given_name?: string;
  family_name?: string;
  nickname?: string;
  picture?: string;
  locale?: string;
  preferred_username?: string;
  email?: string;
  email_verified?: boolean;
  phone_number?: string;
  phone_number_verified?: boolean;
};

/** Whom a token or a SAML response is about. */
interface SubjectContext {
  getUser(): User;
  readonly user: {
    getMetadata(): MetadataResult;
    /** null if none were loaded. */
    readonly grants: GrantList | null;
  };
  readonly org: Org;
}

interface PreUserinfoContext extends ClaimReaders {
  /** From the draft of the API, where the context has it. */
  readonly accessToken?: string;
  /** From the draft of the API, where the context has it. */
  readonly idToken?: string;
  readonly v1: SubjectContext & {
    readonly claims: Claims;
    readonly application: {
      /** The client that the token is for, or "". */
      getClientId(): string;
    };
    /** Who acts for the user, or null. */
    readonly actor: Actor | null;
  };
}

interface ClaimsApi {
  /** Sets a claim, unless there is one. */
  setClaim(key: string, value: JsonInput): void;
  /** Adds a line to the action's log claim. */
  appendLogIntoClaims(text: string): void;
}

interface StoredMetadataApi {
  /**
   * Sets a metadata entry of the user; stores the value as JSON. Throws an error of kind
   * metadata_failed if it cannot be stored.
   */
  setMetadata(key: string, value: JsonInput): void;
}

interface PreUserinfoApi extends ClaimsApi {
  readonly v1: {
    readonly claims: ClaimsApi;
    /** Deprecated name of `claims`. */
    readonly userinfo: ClaimsApi;
    readonly user: StoredMetadataApi;
  };
}

interface PreAccessTokenContext extends PreUserinfoContext {}

interface PreAccessTokenApi extends PreUserinfoApi {}

// complement-saml/pre-response

interface PreSamlResponseContext {
  readonly v1: SubjectContext;
}

interface PreSamlResponseApi {
  readonly v1: {
    readonly attributes: {
      /** Sets an attribute, unless an action did before; each value is a text of its own. */
      setCustomAttribute(
        name: string,
        nameFormat?: string,
        ...values: (string | number | boolean)[]
      ): void;
    };
    readonly user: StoredMetadataApi;
  };
}

// Modules

/** Writes log lines; the first argument may have %s, %d, %j and %%. */
interface LogModule {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  /** Level info. */
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** What `fetch` takes besides the URL; nothing else may be in it. */
type FetchOptions = {
  /** "GET" if not given. */
  method?: string;
  /**
   * Replaces the default headers, which say that JSON is sent and wanted. A text is a line
   * for each part between its commas; what has commas of its own is given as a list.
   */
  headers?: { [name: string]: string | string[] };
} & (
  | {
    /** Sent as JSON, a text in quotes. */
    body?: JsonInput;
    rawBody?: never;
  }
  | {
    /** Ours: sent as it is, in UTF-8. */
    rawBody: string;
    body?: never;
  }
);

/** What `fetch` answers, whatever the status is. */
interface HttpResponse {
  readonly body: string;
  readonly status: number;
  /** The same number. */
  readonly statusCode: number;
  /** By name as Go writes it: "Content-Type". */
  readonly headers: TextLists;
  /** Reads the body as JSON, at each call; throws a `SyntaxError` if it is none. */
  json(): JsonValue;
  text(): string;
}

interface HttpModule {
  /**
   * Waits for the answer. Throws an error of kind fetch_denied if no rule of the operator's
   * allows it, of kind fetch_failed if it comes to nothing.
   */
  fetch(url: string, options?: FetchOptions): HttpResponse;
}

interface UuidModule {
  v1(): string;
  v3(namespace: string | readonly number[], data: string | Uint8Array | readonly number[]): string;
  v4(): string;
  v5(namespace: string | readonly number[], data: string | Uint8Array | readonly number[]): string;
  v7(): string;
  readonly namespaceDNS: readonly number[];
  readonly namespaceURL: readonly number[];
  readonly namespaceOID: readonly number[];
  readonly namespaceX500: readonly number[];
}

/** The user's metadata, from the draft of the API. */
interface UserMetadataModule {
  /** As `ctx.v1.user.getMetadata`; in every trigger. */
  get(): MetadataResult;
  /** As `api.v1.user.setMetadata`; in every trigger, but for a user that the context names. */
  set(key: string, value: JsonInput): void;
}

interface UtilModule {
  /** Text as the log module makes it. */
  format(template?: unknown, ...values: unknown[]): string;
}

declare function require(name: 'zitadel/log' | 'console' | 'node:console'): LogModule;
declare function require(name: 'zitadel/http'): HttpModule;
/** Not in complement-saml/pre-response. */
declare function require(name: 'zitadel/uuid'): UuidModule;
declare function require(name: 'zitadel/metadata/user'): UserMetadataModule;
declare function require(name: 'util' | 'node:util'): UtilModule;

// In JavaScript files the checker looks for modules, not for overloads of `require`.

declare module 'zitadel/log' {
  const log: LogModule;
  export = log;
}

declare module 'zitadel/http' {
  const http: HttpModule;
  export = http;
}

declare module 'zitadel/uuid' {
  const uuid: UuidModule;
  export = uuid;
}

declare module 'zitadel/metadata/user' {
  const metadata: UserMetadataModule;
  export = metadata;
}

declare module 'console' {
  const console: LogModule;
  export = console;
}

declare module 'node:console' {
  const console: LogModule;
  export = console;
}

declare module 'util' {
  const util: UtilModule;
  export = util;
}

declare module 'node:util' {
  const util: UtilModule;
  export = util;
}
