// ctx and api of each trigger (spec, section 2), made anew for every action.
//
// A trigger is a function of the run: it returns what the action is called with. What
// one action leaves to the next is in `run.state`.

function complementToken(run) {
  const { document } = run;
  const { claims } = run.state;
  claims.read(document);
  const image = claims.image();
  const claimsApi = { setClaim: setClaim(run), appendLogIntoClaims: appendLog(run) };
  const application = kernel.readObject(document, 'application', 'context') ?? {};
  const clientId = kernel.readString(application, 'clientId', 'application');
  return {
    ctx: {
      ...draftContext(document, image),
      v1: {
        claims: image,
        ...subject(run),
        application: { getClientId: () => clientId },
        actor: actor(document, 'context'),
      },
    },
    api: {
      ...claimsApi, // where the draft of the API had them
      v1: {
        claims: claimsApi,
        userinfo: { ...claimsApi }, // deprecated name of the same
        user: { setMetadata: kernel.userMetadata(run).setMetadata },
      },
    },
  };
}

// What the draft of the API had here: the claims, and tokens where the context has them.
function draftContext(document, claims) {
  const draft = kernel.claimReaders(claims);
  for (const key of ['accessToken', 'idToken']) {
    if (Object.hasOwn(document, key)) draft[key] = kernel.readString(document, key, 'context');
  }
  return draft;
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
    if (isRefused(run, name)) return;
    const json = kernel.goJson(value, run);
    if (isRefused(run, name)) return; // a getter of the value may have set it
    // The mutation first: what is over the limit is not set either.
    if (!run.state.claims.isShadowed(name)) run.mutate('setClaim', `"key":${kernel.quote(name)},"value":${json}`);
    run.state.claims.set(name, json);
  };
}

function isRefused(run, name) {
  const objection = run.state.claims.objection(name);
  if (objection === 'exists') run.appendClaimLog(`key ${kernel.goQuote(name)} already exists`);
  return objection !== undefined;
}

function appendLog(run) {
  return (text) => run.appendClaimLog(kernel.goString(text));
}

// SAML attributes: the first action to set a name wins, without a word (spec, section 4).
function setCustomAttribute(run) {
  return (...values) => {
    const text = (index) => (index < values.length ? kernel.attributeText(values[index]) : '');
    const name = text(0), format = text(1);
    let rest = '';
    for (let i = 2; i < values.length; i++) {
      rest += (i === 2 ? '' : ',') + kernel.quote(text(i));
      if (rest.length > run.room) throw run.overflow();
    }
    if (run.state.attributes.has(name)) return; // asked last: writing a value out may have set it
    run.mutate('setCustomAttribute', `"name":${kernel.quote(name)},"nameFormat":${kernel.quote(format)},"values":[${rest}]`);
    run.state.attributes.add(name);
  };
}

function complementSaml(run) {
  return {
    ctx: { v1: subject(run) },
    api: {
      v1: {
        attributes: { setCustomAttribute: setCustomAttribute(run) },
        user: { setMetadata: kernel.userMetadata(run).setMetadata },
      },
    },
  };
}

// Whom a token or a SAML response is about.
function subject(run) {
  const { document } = run;
  return {
    getUser: () => kernel.user(document, {}),
    user: {
      getMetadata: kernel.userMetadata(run).get,
      grants: kernel.grants(document),
    },
    org: kernel.org(document),
  };
}

// `getClaim` answers null for a claim that is not there; `claimsJSON` gives a text.
// `getClaims` is the draft's: all of them, as an object.
kernel.claimReaders = (claims) => ({
  getClaim: (name) => (claims !== undefined && Object.hasOwn(claims, kernel.goString(name)) ? claims[kernel.goString(name)] : null),
  claimsJSON: () => (claims === undefined ? '' : kernel.goJson(claims)),
  getClaims: () => claims ?? null,
});

kernel.TRIGGERS = {
  __proto__: null,
  'complement-token/pre-userinfo': complementToken,
  'complement-token/pre-access-token': complementToken,
  'complement-saml/pre-response': complementSaml,
};

// The keys of a context document; a misspelt one is the caller's mistake.
kernel.CONTEXT_KEYS = new Set(['accessToken', 'idToken', 'refreshToken', 'idTokenClaims', 'externalUser',
  'providerInfo', 'authRequest', 'httpRequest', 'authError', 'authMethod', 'user', 'userMetadata',
  'userGrants', 'org', 'orgMetadata', 'grantOrgMetadata', 'claims', 'application', 'actor']);
