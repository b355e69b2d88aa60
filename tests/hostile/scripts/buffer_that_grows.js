// hostile: buffer_that_grows
// what: a resizable buffer that grows to half a gigabyte
// outcome: memory_limit
function act() {
  const buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 29 });
  for (let size = 2 ** 26; size <= 2 ** 29; size += 2 ** 26) { buffer.resize(size); new Uint8Array(buffer).fill(1, size - 2 ** 26); }
}
