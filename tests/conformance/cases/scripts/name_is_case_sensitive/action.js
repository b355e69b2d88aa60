function Action() {}
