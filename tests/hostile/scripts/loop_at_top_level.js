// hostile: loop_at_top_level
// what: the loop is in the script itself, before there is a function
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// control: succeeded
for (let i = 0; ; i++) if (i < 0) break; // evil
function act() {}
