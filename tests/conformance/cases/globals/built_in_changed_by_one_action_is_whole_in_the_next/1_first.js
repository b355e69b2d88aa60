const { log } = require('zitadel/log');
Array.prototype.last = function () { return this[this.length - 1]; };
String.prototype.shout = function () { return this.toUpperCase() + '!'; };
function first() { log([1, 2].last(), 'hey'.shout()); }
