// hostile: promise_rejects_with_a_giant
// what: a rejection whose reason is a text of four hundred megabytes
// outcome: script_threw
// keeps: before
// says: a text of 400000000 characters
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw 'x'.repeat(4e8);
}
