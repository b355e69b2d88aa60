// hostile: slow_sort_native
// what: sorting numbers as texts, without a comparison of its own
// outcome: timeout
// limits: timeout=0.15
function act() {
  const list = Array.from({ length: 1e6 }, (_, i) => -i);
  for (;;) [...list].sort();
}
