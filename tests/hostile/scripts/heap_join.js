// hostile: heap_join
// what: one long text after another from the join of many
// outcome: memory_limit
function act() {
  const parts = new Array(2 ** 18).fill('SECRET'.repeat(2));
  const kept = [];
  for (;;) kept.push(parts.join(''));
}
