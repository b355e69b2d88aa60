// Getters of a live array, which the host reads after the action has returned.
// Nothing is left: what they start ends before the next action begins.
function leave(ctx, api) {
  const list = api.metadata;
  const entry = { get key() { later(); return 'key'; }, get value() { later(); return { get deep() { later(); return 1; } }; } };
  let left = 20; // each write makes the host read the getters again
  const later = () => left-- > 0 && Promise.resolve().then(() => { leak = 1; api.v1.user.appendMetadata('later', 1); ctx.leak = 1; });
  list.push(entry);
  Object.defineProperty(list, list.length, { get() { later(); return entry; }, configurable: true });
}
