// hostile: heap_closures
// what: closures over each other and over lists, kept, without end
// outcome: memory_limit
function act() {
  let last = () => 'SECRET';
  for (;;) { const inner = last, list = new Array(200_000).fill(last); last = () => [inner, list]; }
}
