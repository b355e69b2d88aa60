// hostile: buffer_many_small
// what: buffers of a few pages each, kept, half a gigabyte in all
// outcome: memory_limit
function act() {
  const kept = [];
  for (let i = 0; i < 2 ** 14; i++) kept.push(new Float64Array(2 ** 12).fill(i));
}
