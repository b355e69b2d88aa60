// hostile: live_entry_proxy
// what: a Proxy in api.metadata that answers something else each time
// outcome: succeeded
// trigger: internal-authentication/post-authentication
// keeps: key1
function act(ctx, api) {
  let n = 0;
  api.metadata.push(new Proxy({}, { get: (_, key) => (key === 'key' ? `key${++n}` : ['SECRET', n++]) }));
}
