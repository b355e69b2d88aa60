// hostile: deaf_last_index_of
// what: lastIndexOf over 2**53 places, which V8 does not interrupt
// outcome: timeout
// limits: timeout=0.1
function act() {
  Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 'SECRET');
}
