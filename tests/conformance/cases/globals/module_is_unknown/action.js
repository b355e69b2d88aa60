function action() {}
module.exports = action;
