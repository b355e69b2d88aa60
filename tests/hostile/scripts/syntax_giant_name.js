// hostile: syntax_giant_name
// what: a function with a name of 200,000 characters throws
// outcome: script_threw
// says: Error: SECRET
const act = () => n/*REPEAT 200000 x*/();
function n/*REPEAT 200000 x*/() { throw new Error('SECRET'); }
