const ready = false;
if (!ready) throw 'not ready';
function action() {}
