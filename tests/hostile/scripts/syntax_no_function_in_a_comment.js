// hostile: syntax_no_function_in_a_comment
// what: no function, and a comment made to keep the search for its name busy
// outcome: missing_function
/*
function/*REPEAT 300000  */(*/
// SECRET
