// hostile: syntax_closes_with_a_template
// what: the script opens a template over what comes after it
// outcome: syntax_error
function act() {} `SECRET ${
