// hostile: syntax_source_url
// what: the script says that it is a file of the runtime, in the hope that this is blamed
// outcome: script_threw
// says: at act (7:24)
//# sourceURL=actionsd/serve.js
/* SECRET */
function act() { throw new Error('SECRET'); }
//# sourceURL=action:0123456789abcdef
//# sourceMappingURL=file:///etc/passwd
