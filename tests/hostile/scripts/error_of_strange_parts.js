// hostile: error_of_strange_parts
// what: an error whose message, stack, name and constructor are no texts
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const error = new Error('SECRET');
  for (const key of ['message', 'stack', 'name', 'constructor', 'cause']) Object.defineProperty(error, key, { value: { SECRET: Symbol('SECRET') } });
  throw error;
}
