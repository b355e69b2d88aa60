require('nothing');
function one() {}
