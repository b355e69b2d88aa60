// hostile: loop_recursion
// what: a recursion without end
// outcome: script_threw
// keeps: before
// says: RangeError: Maximum call stack size exceeded
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  (function SECRET() { SECRET(); })(); // evil
}
