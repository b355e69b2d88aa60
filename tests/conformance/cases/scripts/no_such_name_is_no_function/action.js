function other() {}
