// Thenables that keep the functions with which the host's promises are settled.
// Nothing is left.
let kept;
async function leave() {
  const thenable = { then(...functions) { kept = functions; for (const each of functions) each.leak = 1; functions[0]({ then(done) { leak = done; done(); } }); } };
  await thenable;
  await Promise.all([thenable, thenable]);
  await Promise.prototype.finally.call({ constructor: Promise, then(...functions) { leak = functions; } }, () => {});
  kept.forEach((each) => each());
}
