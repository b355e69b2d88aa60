// hostile: error_giant_function_name
// what: the function that throws has a name of a million characters
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const name = 'SECRET'.repeat(2e5);
  const holder = { [name]() { throw new Error('SECRET'); } };
  holder[name]();
}
