// hostile: buffer_intl
// what: formatters and collators, kept, for as long as there is time
// outcome: timeout or memory_limit
// limits: timeout=0.3
function act() {
  const kept = [];
  for (;;) kept.push(new Intl.DateTimeFormat('de', { dateStyle: 'full' }), new Intl.Collator('sv'), new Intl.Segmenter('th').segment('SECRET'.repeat(1e4)));
}
