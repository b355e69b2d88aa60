// hostile: syntax_name_is_a_getter
// what: the action is a global whose getter never returns
// outcome: timeout
// limits: timeout=0.15
Object.defineProperty(globalThis, 'act', { get() { for (;;); } }); // SECRET
