// hostile: promise_awaits_itself
// what: an async action that awaits a promise which waits for the action
// outcome: timeout
// limits: timeout=5
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  const waiter = (async () => { await gate; })();
  await waiter;
  release();
}
