// Promises whose callbacks run after the action has returned, and start more.
// Nothing is left: they are run before the next action begins, and the names go.
function leave(ctx, api) {
  const again = (left) => Promise.resolve().then(() => {
    leak = left;
    globalThis[`left${left}`] = api;
    Object.prototype.leak = left;
    return left > 0 ? again(left - 1) : undefined;
  });
  again(200);
  (async () => { for await (const each of [1, Promise.resolve(2)]) leak = each; await null; this.leak = leak; })();
}
