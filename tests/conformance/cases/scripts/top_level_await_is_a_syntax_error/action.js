await null;
function action() {}
