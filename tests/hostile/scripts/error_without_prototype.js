// hostile: error_without_prototype
// what: an object without a prototype, thrown at top level
// outcome: script_threw
throw Object.create(null, { SECRET: { value: 1 } });
