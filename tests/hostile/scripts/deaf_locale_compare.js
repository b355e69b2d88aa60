// hostile: deaf_locale_compare
// what: the comparison of two long texts, again and again
// outcome: timeout
// limits: timeout=0.1
function act() {
  const one = 'ä'.repeat(1e7), other = `${'ä'.repeat(1e7)}b`;
  for (;;) one.localeCompare(other);
}
