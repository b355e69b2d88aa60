throw new Error('not ready');
function action() {}
