// A live array whose entries are objects of the script's, with functions in them.
// Nothing is left but text: the next action of the chain gets a copy.
function leave(ctx, api) {
  const key = { toString: () => 'key', leak: () => 'leak' };
  api.metadata.push({ key, value: { deep: [1] } }, new Proxy({ key: 'proxied', value: 1 }, {}));
  api.metadata.leak = api.metadata[Symbol.iterator] = () => 'leak';
  Object.setPrototypeOf(api.metadata, { leak: 1, push() { leak = 1; } });
  Object.freeze(api.metadata);
}
