// hostile: heap_objects
// what: objects in lists, kept, without end
// outcome: memory_limit
function act() {
  const kept = [];
  for (;;) kept.push({ SECRET: kept.length, list: new Array(200_000).fill({}) });
}
