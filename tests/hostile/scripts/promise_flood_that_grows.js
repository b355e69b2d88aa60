// hostile: promise_flood_that_grows
// what: each microtask queues two more, until memory or time is up
// outcome: timeout or memory_limit
// limits: timeout=0.15
function act() {
  const more = () => { Promise.resolve().then(more); Promise.resolve().then(more); };
  more();
}
