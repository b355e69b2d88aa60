// Async functions and generators that are suspended for ever, and what could resume them.
// Nothing is left: nobody holds them any more.
function leave(ctx, api) {
  let wake;
  const sleeping = (async () => { await new Promise((resolve) => { wake = resolve; }); leak = 1; globalThis.left = 1; })();
  const steps = (function* () { yield sleeping; leak = 2; })();
  steps.next();
  const later = (async function* () { try { yield await new Promise(() => {}); } finally { leak = 3; } })();
  later.next();
  later.return(1);
  api.metadata.wake = wake;
  api.metadata.push({ key: 'kept', value: 1, wake, steps, later });
  ctx.v1.wake = wake;
}
