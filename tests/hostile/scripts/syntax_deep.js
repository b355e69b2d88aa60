// hostile: syntax_deep
// what: a hundred thousand brackets in each other: more than the parser's stack
// outcome: syntax_error
// realm: shared fresh
// control: succeeded
const SECRET = /*REPEAT 100000 [*//*REPEAT 100000 ]*/; // evil
function act() {}
