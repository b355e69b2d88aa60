// hostile: global_million_names
// what: a hundred thousand globals are left behind, for the next job to be slow
// outcome: succeeded or timeout
// limits: timeout=2
function act() {
  for (let i = 0; i < 1e5; i++) globalThis[`SECRET${i}`] = i;
}
