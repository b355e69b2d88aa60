// hostile: syntax_name_is_a_proxy
// what: the action is a Proxy whose apply never returns
// outcome: timeout
// limits: timeout=0.15
const act = new Proxy(() => 'SECRET', { apply() { for (;;); } });
