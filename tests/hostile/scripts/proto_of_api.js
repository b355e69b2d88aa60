// hostile: proto_of_api
// what: api and ctx with getters, frozen, and with prototypes of their own: they are only the script's
// outcome: succeeded
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  Object.defineProperty(ctx, 'v1', { get() { throw 'SECRET'; } });
  const { v1 } = api;
  v1.appendUserGrant({ projectId: 'before' });
  Object.setPrototypeOf(api, new Proxy({}, { get() { for (;;); } }));
  Object.defineProperty(api, 'userGrants', { get() { for (;;); } });
  Object.freeze(api);
}
