// Throws something with getters, after microtasks were begun. Nothing is left.
function leave() {
  Promise.resolve().then(() => { leak = 1; });
  const error = new Error('leak');
  Object.defineProperty(error, 'stack', { get() { leak = 2; return 'at leak (action:00:1:1)'; } });
  Object.defineProperty(error, 'message', { get() { leak = 3; return 'leak'; } });
  throw error;
}
