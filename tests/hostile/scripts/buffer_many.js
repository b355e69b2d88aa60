// hostile: buffer_many
// what: buffers of 64 MiB, kept, half a gigabyte in all
// outcome: memory_limit
// control: succeeded
function act() {
  const kept = [];
  for (let i = 0; i < 8; i++) kept.push(new Uint8Array(2 ** 26).fill(1)); // evil
}
