// hostile: buffer_of_a_gigabyte
// what: one buffer of a gigabyte, which is not on V8's heap
// outcome: memory_limit
function act() {
  new Uint8Array(2 ** 30).fill(1, 0, 2 ** 20);
}
