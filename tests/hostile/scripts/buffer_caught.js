// hostile: buffer_caught
// what: the failure to get more memory is caught, and the next buffer asked for, without end
// outcome: timeout or memory_limit
// limits: timeout=0.3
function act() {
  for (const kept = []; ; ) try { kept.push(new ArrayBuffer(2 ** 53 - 1)); } catch { kept.length = 0; }
}
