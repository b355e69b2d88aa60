// hostile: heap_at_top_level
// what: the bomb is in the script itself
// outcome: memory_limit
const kept = [];
for (;;) kept.push(new Array(10_000).fill(1.5));
function act() {}
