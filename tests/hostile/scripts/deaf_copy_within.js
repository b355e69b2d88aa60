// hostile: deaf_copy_within
// what: copyWithin over 2**53 places, which V8 does not interrupt
// outcome: timeout
// limits: timeout=0.1
function act() {
  Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1);
}
