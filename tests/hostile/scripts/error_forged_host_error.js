// hostile: error_forged_host_error
// what: an error with the text of the host's, to pass for a fault of the caller
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw new Error('context: an object expected, got null');
}
