// hostile: live_roles_proxy
// what: a grant whose roles are a Proxy that calls itself an array, with an iterator of its own
// outcome: succeeded
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  const roles = new Proxy(['SECRET', 5, {}], { get: (target, key) => (key === Symbol.iterator ? function* () { for (;;) yield 'x'; } : target[key]) });
  api.v1.appendUserGrant({ projectId: 'before', roles });
}
