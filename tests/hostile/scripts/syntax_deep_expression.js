// hostile: syntax_deep_expression
// what: a sum of a hundred thousand terms, and a nest of conditions
// outcome: syntax_error or succeeded
const SECRET = 0/*REPEAT 100000 +1*/;
const other = /*REPEAT 30000 1?*/1/*REPEAT 30000 :0*/;
function act() {}
