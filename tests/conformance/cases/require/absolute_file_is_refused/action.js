function action() {
  require('/etc/passwd');
}
