// hostile: syntax_closes_with_a_comment
// what: the script opens a comment over what comes after it
// outcome: syntax_error
function act() {}
} /* SECRET
