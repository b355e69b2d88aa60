// hostile: heap_bigint
// what: integers of a million digits, kept, without end
// outcome: memory_limit
function act() {
  const kept = [];
  for (let n = 3n ** 1_000_000n; ; n += 1n) kept.push(n);
}
