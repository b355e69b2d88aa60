// hostile: promise_species
// what: the returned promise has a species that is none: nobody asks for it
// outcome: succeeded
// sets: {"before": 1}
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  class Mine extends Promise { static get [Symbol.species]() { return () => { throw 'SECRET'; }; } }
  return Object.defineProperty(Promise.resolve(), 'constructor', { value: { [Symbol.species]: Mine } });
}
