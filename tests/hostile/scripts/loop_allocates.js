// hostile: loop_allocates
// what: a loop that makes and drops objects, so that the collector runs all the time
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let last;
  for (;;) last = { SECRET: last === undefined, list: new Array(100).fill(last) && [1, 2, 3] };
}
