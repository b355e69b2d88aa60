// hostile: syntax_giant_regex
// what: a regular expression of 200,000 groups in the text of the script
// outcome: syntax_error
function act() { return /SECRET(?:)/*REPEAT 200000 ()*//; }
