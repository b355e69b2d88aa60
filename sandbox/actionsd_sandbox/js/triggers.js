// ctx and api of each trigger (spec, section 2), made anew for every action.
//
// A trigger is a function of the run: it returns what the action is called with. What
// one action leaves to the next is in `run.claims`.

function complementToken(run) {
  const { document, claims } = run;
  claims.read(document);
  const claimsApi = { setClaim: setClaim(run), appendLogIntoClaims: appendLog(run) };
  const application = kernel.readObject(document, 'application', 'context') ?? {};
  const clientId = kernel.readString(application, 'clientId', 'application');
  return {
    ctx: {
      v1: {
        claims: claims.image(),
        getUser: () => kernel.user(document),
        user: {
          getMetadata: () => kernel.metadata(document, 'userMetadata', 'context'),
          grants: kernel.grants(document),
        },
        org: { getMetadata: () => kernel.metadata(document, 'orgMetadata', 'context') },
        application: { getClientId: () => clientId },
        actor: actor(document, 'context'),
      },
    },
    api: {
      v1: {
        claims: claimsApi,
        userinfo: { ...claimsApi }, // deprecated name of the same
        user: { setMetadata: setMetadata(run) },
      },
    },
  };
}

// The delegation chain, outermost actor first (spec 2.6a).
function actor(holder, path) {
  const source = kernel.readObject(holder, 'actor', path);
  if (source === undefined) return null;
  return {
    userId: kernel.readString(source, 'userId', 'actor'),
    issuer: kernel.readString(source, 'issuer', 'actor'),
    actor: actor(source, 'actor'),
  };
}

function setClaim(run) {
  return (key, value) => {
    const name = kernel.goString(key);
    const objection = run.claims.objection(name);
    if (objection === 'exists') run.appendClaimLog(`key ${kernel.goQuote(name)} already exists`);
    if (objection !== undefined) return;
    const json = kernel.goJson(value);
    // The mutation first: what is over the limit is not set either.
    if (!run.claims.isShadowed(name)) run.mutate('setClaim', `"key":${kernel.quote(name)},"value":${json}`);
    run.claims.set(name, json);
  };
}

function appendLog(run) {
  return (text) => run.appendClaimLog(kernel.goString(text));
}

function setMetadata(run) {
  return (...values) => {
    if (values.length !== 2) throw kernel.hostError('invalid_value', 'exactly 2 (key, value) arguments expected');
    const [key, value] = values;
    if (typeof key !== 'string') throw kernel.hostError('invalid_value', 'the key of a metadata entry must be a string');
    const stored = kernel.toBase64(kernel.encodeUtf8(kernel.goJson(value)));
    run.mutate('setMetadata', `"key":${kernel.quote(key)},"value":"${stored}"`);
  };
}

kernel.TRIGGERS = {
  __proto__: null,
  'complement-token/pre-userinfo': complementToken,
  'complement-token/pre-access-token': complementToken,
};

// The keys of a context document; a misspelt one is the caller's mistake.
kernel.CONTEXT_KEYS = new Set(['accessToken', 'idToken', 'refreshToken', 'idTokenClaims', 'externalUser',
  'providerInfo', 'authRequest', 'httpRequest', 'authError', 'authMethod', 'user', 'userMetadata',
  'userGrants', 'org', 'orgMetadata', 'grantOrgMetadata', 'claims', 'application', 'actor']);
