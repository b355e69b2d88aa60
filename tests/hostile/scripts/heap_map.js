// hostile: heap_map
// what: a Map that grows without end
// outcome: memory_limit
function act() {
  const map = new Map();
  for (let i = 0; ; i++) map.set(`SECRET${i}`, new Array(100_000).fill(i));
}
