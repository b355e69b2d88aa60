// hostile: slow_replace_all
// what: replaceAll that makes a long text much longer
// outcome: timeout or script_threw or memory_limit
// limits: timeout=0.15
function act() {
  for (;;) 'a'.repeat(2 ** 20).replaceAll('a', 'SECRET'.repeat(20)).replaceAll('S', 'T');
}
