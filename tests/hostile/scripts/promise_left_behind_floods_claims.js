// hostile: promise_left_behind_floods_claims
// what: microtasks that set one claim after another, for as long as they are let
// outcome: output_limit or timeout
// limits: timeout=2
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let n = 0;
  const more = () => { api.v1.claims.setClaim(`SECRET${n++}`, 'x'.repeat(1000)); return Promise.resolve().then(more); };
  Promise.resolve().then(more);
}
