// hostile: loop_cpu
// what: a loop that would have the time, but not the CPU
// outcome: cpu_limit
// limits: timeout=10 cpu=0.2
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (;;); // SECRET
}
