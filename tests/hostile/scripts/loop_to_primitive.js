// hostile: loop_to_primitive
// what: the name of a module is an object whose Symbol.toPrimitive never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  require({ [Symbol.toPrimitive]() { for (;;); } });
}
