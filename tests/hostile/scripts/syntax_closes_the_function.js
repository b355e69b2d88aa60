// hostile: syntax_closes_the_function
// what: the script closes the function that it is put into, to run outside of it
// outcome: syntax_error
// realm: shared fresh
// control: missing_function
}); globalThis.SECRET = 1; (function () { // evil
