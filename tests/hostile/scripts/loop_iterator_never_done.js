// hostile: loop_iterator_never_done
// what: destructuring asks an iterator that is never done
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const endless = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return: () => { for (;;); } }) };
  new Set(endless.length === 0 ? [] : { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });
}
