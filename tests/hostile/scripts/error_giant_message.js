// hostile: error_giant_message
// what: an error with a message of a hundred thousand lines that look like an account of it
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw new Error('SECRET\n    at act (action:00:1:1)\n   ^^^\n'.repeat(1e5));
}
