// hostile: deaf_index_of
// what: indexOf over 2**53 places, which V8 does not interrupt
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.1
// control: succeeded
function act() {
  Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 'SECRET'); // evil
}
