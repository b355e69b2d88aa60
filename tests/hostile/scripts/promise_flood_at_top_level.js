// hostile: promise_flood_at_top_level
// what: a microtask that never ends, left behind by a script without its function
// outcome: missing_function or timeout
// limits: timeout=0.15
const SECRET = () => Promise.resolve().then(SECRET);
SECRET();
