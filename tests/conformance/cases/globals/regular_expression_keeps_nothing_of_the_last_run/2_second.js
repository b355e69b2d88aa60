const { log } = require('zitadel/log');
const kept = [RegExp.$1, RegExp.lastMatch, RegExp.input, RegExp.leftContext].join();
function second() { log(kept.includes('secret')); }
