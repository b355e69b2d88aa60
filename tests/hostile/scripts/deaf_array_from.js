// hostile: deaf_array_from
// what: an array from 2**32 places that are not there
// outcome: timeout or memory_limit
// limits: timeout=0.1
function act() {
  Array.from({ length: 2 ** 32 - 1 });
}
