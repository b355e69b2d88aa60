// hostile: heap_strings
// what: texts that double, each one flattened, kept, without end
// outcome: memory_limit
function act() {
  const kept = [];
  for (let text = 'SECRET'; ; ) { kept.push(text = (text + text).slice(1)); if (text.length > 2 ** 26) text = `SECRET${kept.length}`; }
}
