// ctx and api of the login triggers (spec 2.1 to 2.5, 2.7 to 2.10).

const { readString, readNumber, readBoolean, readTime, readObject, readObjects, readStrings } = kernel;

// ctx: who asks

function readNumbers(holder, key, path) {
  const values = kernel.readArray(holder, key, path) ?? [];
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number') throw kernel.badContext(`${path}.${key}[${i}]`, 'a number', values[i]);
  }
  return values;
}

// A map of lists of strings; nil reads as empty.
function readLists(holder, key, path) {
  const source = readObject(holder, key, path) ?? {};
  const lists = {};
  for (const name of Object.keys(source)) lists[name] = readStrings(source, name, `${path}.${key}`);
  return lists;
}

function authRequest(document) {
  const path = 'authRequest';
  const source = readObject(document, path, 'context');
  if (source === undefined) return null;
  const text = (key) => readString(source, key, path);
  const browser = readObject(source, 'browserInfo', path);
  const request = readObject(source, 'request', path) ?? {};
  const oidc = readObject(request, 'oidc', 'authRequest.request') ?? {};
  return {
    id: text('id'),
    agentId: text('agentId'),
    creationDate: readTime(source, 'creationDate', path),
    changeDate: readTime(source, 'changeDate', path),
    browserInfo: browser === undefined ? null : {
      userAgent: readString(browser, 'userAgent', 'authRequest.browserInfo'),
      acceptLanguage: readString(browser, 'acceptLanguage', 'authRequest.browserInfo'),
      remoteIp: readString(browser, 'remoteIp', 'authRequest.browserInfo'),
    },
    applicationId: text('applicationId'),
    callbackUri: text('callbackUri'),
    transferState: text('transferState'),
    prompt: readNumbers(source, 'prompt', path),
    uiLocales: readStrings(source, 'uiLocales', path),
    loginHint: text('loginHint'),
    maxAuthAge: source.maxAuthAge === undefined || source.maxAuthAge === null ? null : readNumber(source, 'maxAuthAge', path),
    instanceId: text('instanceId'),
    request: { oidc: { scopes: readStrings(oidc, 'scopes', 'authRequest.request.oidc') } },
    userId: text('userId'),
    userName: text('userName'),
    loginName: text('loginName'),
    displayName: text('displayName'),
    resourceOwner: text('resourceOwner'),
    requestedOrgId: text('requestedOrgId'),
    requestedOrgName: text('requestedOrgName'),
    requestedPrimaryDomain: text('requestedPrimaryDomain'),
    requestedOrgDomain: readBoolean(source, 'requestedOrgDomain', path),
    applicationResourceOwner: text('applicationResourceOwner'),
    privateLabelingSetting: readNumber(source, 'privateLabelingSetting', path),
    selectedIdpConfigId: text('selectedIdpConfigId'),
    linkingUsers: readObjects(source, 'linkingUsers', path).map((user, i) => kernel.externalUser(user, `authRequest.linkingUsers[${i}]`, {})),
    passwordVerified: readBoolean(source, 'passwordVerified', path),
    mfasVerified: readNumbers(source, 'mfasVerified', path),
    audience: readStrings(source, 'audience', path),
    authTime: readTime(source, 'authTime', path),
  };
}

function httpRequest(document) {
  const path = 'httpRequest';
  const source = readObject(document, path, 'context') ?? {};
  return {
    method: readString(source, 'method', path),
    url: readString(source, 'url', path),
    proto: readString(source, 'proto', path),
    contentLength: readNumber(source, 'contentLength', path),
    host: readString(source, 'host', path),
    form: readLists(source, 'form', path),
    postForm: readLists(source, 'postForm', path),
    remoteAddr: readString(source, 'remoteAddr', path),
    headers: readLists(source, 'headers', path),
  };
}

// What every provider's user answers to, and the fields in which one or another has it.
const PROVIDER_METHODS = {
  getID: ['', 'iD', 'subject', 'id', 'userID'],
  getFirstName: ['', 'givenName', 'firstName'],
  getLastName: ['', 'familyName', 'lastName', 'surname'],
  getDisplayName: ['', 'name', 'displayName'],
  getNickname: ['', 'nickname', 'nickName', 'login'],
  getPreferredUsername: ['', 'preferredUsername', 'userPrincipalName', 'login'],
  getEmail: ['', 'email', 'mail'],
  isEmailVerified: [false, 'emailVerified'],
  getPhone: ['', 'phoneNumber', 'phone'],
  isPhoneVerified: [false, 'phoneNumberVerified'],
  getPreferredLanguage: ['und', 'locale', 'preferredLanguage'],
  getAvatarURL: ['', 'picture', 'avatarUrl', 'avatarURL'],
  getProfile: ['', 'profile', 'htmlUrl'],
};

function providerInfo(document) {
  const info = readObject(document, 'providerInfo', 'context');
  if (info === undefined) return null;
  for (const [method, [zero, ...fields]] of Object.entries(PROVIDER_METHODS)) {
    const value = fields.map((field) => info[field]).find((found) => found !== undefined && found !== null) ?? zero;
    // Not enumerable: it is a method of the Go value, not a field.
    Object.defineProperty(info, method, { value: () => value, writable: true, configurable: true });
  }
  return info;
}

// api: what may be changed

const text = kernel.goString;
const { stringify } = JSON;
const flag = (value) => Boolean(value);

// Go's int32: `setGender('2')` is 2, `setGender('x')` 0.
const int32 = (value) => (typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0);

// language.Make: the canonical form of a BCP 47 tag, as much of it as can be read.
function language(value) {
  const parts = text(value).replaceAll('_', '-').split('-');
  for (; parts.length > 0; parts.pop()) {
    try {
      return text(Intl.getCanonicalLocales(parts.join('-'))[0] ?? 'und');
    } catch {
      // Not a tag: perhaps without its last part.
    }
  }
  return 'und';
}

// method → [field of the user, conversion]
const SETTERS = {
  setFirstName: ['firstName', text],
  setLastName: ['lastName', text],
  setNickName: ['nickName', text],
  setDisplayName: ['displayName', text],
  setPreferredLanguage: ['preferredLanguage', language],
  setPreferredUsername: ['preferredUsername', text],
  setGender: ['gender', int32],
  setUsername: ['username', text],
  setEmail: ['email', text],
  setEmailVerified: ['isEmailVerified', flag],
  setPhone: ['phone', text],
  setPhoneVerified: ['isPhoneVerified', flag],
};
const PROFILE = ['setFirstName', 'setLastName', 'setNickName', 'setDisplayName', 'setPreferredLanguage',
  'setEmail', 'setEmailVerified', 'setPhone', 'setPhoneVerified'];

// `refuses` says of a setter that it has nothing to set on yet.
function setters(run, names, refuses = () => false) {
  const api = {};
  for (const name of names) {
    const [field, convert] = SETTERS[name];
    api[name] = (value) => {
      const converted = convert(value);
      if (refuses(field)) return;
      run.mutate(name, `"value":${stringify(converted)}`);
      run.state.user[field] = converted;
    };
  }
  return api;
}

// The triggers

function externalPostAuthentication(run) {
  const { document, state } = run;
  const tokenClaims = readObject(document, 'idTokenClaims', 'context');
  const { metadata, user } = kernel.metadataApi(run);
  return {
    ctx: {
      accessToken: readString(document, 'accessToken', 'context'),
      idToken: readString(document, 'idToken', 'context'),
      refreshToken: readString(document, 'refreshToken', 'context'),
      ...kernel.claimReaders(tokenClaims),
      v1: {
        externalUser: kernel.externalUser(readObject(document, 'externalUser', 'context') ?? {}, 'externalUser', state.user),
        providerInfo: providerInfo(document),
        authRequest: authRequest(document),
        httpRequest: httpRequest(document),
        authError: readString(document, 'authError', 'context') || 'none',
        org: kernel.org(document),
      },
    },
    api: { ...setters(run, [...PROFILE, 'setPreferredUsername']), metadata, v1: { user } },
  };
}

// The external flow carries over what post authentication appended (spec 2.2).
function externalPreCreation(run) {
  const entries = kernel.metadata(run.document, 'userMetadata', 'context').metadata;
  return preCreation(run, entries.map(({ key, value }) => ({ key, value: JSON.stringify(value) })));
}

function preCreation(run, carried = []) {
  const { document, state } = run;
  const human = kernel.user(document, state.user);
  // The e-mail and the phone are objects of their own, which their address creates.
  const refuses = (field) => (field === 'isEmailVerified' && !(human.human?.email || 'email' in state.user))
    || (field === 'isPhoneVerified' && !(human.human?.phone || 'phone' in state.user));
  // Neither is mapped from the user that is about to be created (spec 2.2).
  if (human.human !== undefined) Object.assign(human.human, { gender: 0, avatarKey: '' });
  const { metadata, user } = kernel.metadataApi(run, carried);
  return {
    ctx: { v1: { user: human, authRequest: authRequest(document), httpRequest: httpRequest(document), org: kernel.org(document) } },
    api: { ...setters(run, [...PROFILE, 'setGender', 'setUsername'], refuses), metadata, v1: { user } },
  };
}

function postCreation(run) {
  const { document } = run;
  const { userGrants, appendUserGrant } = kernel.grantsApi(run);
  return {
    ctx: {
      v1: {
        getUser: () => kernel.user(document, {}),
        authRequest: authRequest(document),
        httpRequest: httpRequest(document),
        org: kernel.org(document),
      },
    },
    api: { userGrants, v1: { appendUserGrant } },
  };
}

function internalPostAuthentication(run) {
  const { document } = run;
  const { metadata, user } = kernel.metadataApi(run);
  return {
    ctx: {
      v1: {
        authMethod: readString(document, 'authMethod', 'context'),
        authError: readString(document, 'authError', 'context') || 'none',
        authRequest: authRequest(document),
        httpRequest: httpRequest(document),
      },
    },
    api: { metadata, v1: { user } },
  };
}

Object.assign(kernel.TRIGGERS, {
  'external-authentication/post-authentication': externalPostAuthentication,
  'external-authentication/pre-creation': externalPreCreation,
  'external-authentication/post-creation': postCreation,
  'internal-authentication/post-authentication': internalPostAuthentication,
  'internal-authentication/pre-creation': (run) => preCreation(run),
  'internal-authentication/post-creation': postCreation,
});
