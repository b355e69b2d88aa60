// hostile: proto_iterators
// what: the iterators of arrays, maps, sets and texts never end
// outcome: succeeded
// realm: shared fresh
// keeps: before k
for (const each of [[], new Map(), new Set(), '']) {
  const prototype = Object.getPrototypeOf(each[Symbol.iterator]());
  Reflect.set(prototype, 'next', () => ({ done: false, value: 'SECRET' }));
  Reflect.set(Object.getPrototypeOf(each), Symbol.iterator, function* () { for (;;) yield 'SECRET'; });
}
function act(ctx, api) {
  api.v1.claims.setClaim('before', { a: [1], 'ä': 2 });
  api.v1.user.setMetadata('k', 'v');
}
