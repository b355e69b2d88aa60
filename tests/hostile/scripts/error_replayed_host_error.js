// hostile: error_replayed_host_error
// what: an error of the host's, caught and kept, thrown again by name only: its own kind
// outcome: invalid_value
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  try { api.v1.user.setMetadata('SECRET'); } catch (error) { throw error; }
}
