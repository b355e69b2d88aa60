// hostile: heap_regex
// what: regular expressions, each with thousands of parts, compiled and kept
// outcome: memory_limit or timeout
// limits: timeout=0.3
function act() {
  const kept = [];
  for (let i = 0; ; i++) { const each = new RegExp(`(?:SECRET|${'(?:a|b)?'.repeat(400)}){0,50}${i}`); each.test('ab'); kept.push(each); }
}
