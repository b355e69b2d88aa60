// hostile: deaf_at_top_level
// what: a built-in that does not listen, before there is a function
// outcome: timeout
// limits: timeout=0.1
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 'SECRET');
function act() {}
