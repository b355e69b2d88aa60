// hostile: error_in_a_tower_of_causes
// what: an error with ten thousand causes, and an AggregateError of itself
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let error = new Error('SECRET');
  for (let i = 0; i < 1e4; i++) error = new Error('SECRET', { cause: error });
  const all = new AggregateError([error], 'SECRET', { cause: error });
  all.errors.push(all);
  throw all;
}
