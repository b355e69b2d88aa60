// hostile: heap_arrays
// what: arrays of numbers, kept, without end
// outcome: memory_limit
// realm: shared fresh
// control: succeeded
function act() {
  const kept = [];
  for (;;) kept.push(new Array(10_000).fill(1.5)); // evil
}
