// hostile: heap_in_microtasks
// what: microtasks that keep what they make, left behind by an action that has returned
// outcome: memory_limit
function act() {
  const kept = [];
  const more = () => { kept.push(new Array(10_000).fill(1.5)); return Promise.resolve().then(more); };
  more();
}
