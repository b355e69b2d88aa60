// The promise that the action returns is rejected with something that runs when it is read.
// Nothing is left.
function leave() {
  return Promise.reject({ toString() { leak = 1; return 'leak'; }, get stack() { leak = 2; return 'leak'; } });
}
