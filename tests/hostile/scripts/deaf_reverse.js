// hostile: deaf_reverse
// what: reverse over 2**53 places, which V8 does not interrupt
// outcome: timeout
// limits: timeout=0.1
function act() {
  Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
}
