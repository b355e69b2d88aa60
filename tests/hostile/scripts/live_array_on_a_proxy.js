// hostile: live_array_on_a_proxy
// what: the prototype of a live array is a Proxy that never returns
// outcome: timeout
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.v1.appendUserGrant({ projectId: 'before', roles: ['SECRET'] });
  Object.setPrototypeOf(api.userGrants, new Proxy([], { get() { for (;;); } }));
  api.userGrants.length = 10;
}
