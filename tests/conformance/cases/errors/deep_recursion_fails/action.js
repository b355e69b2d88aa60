function action() {
  (function down() { down(); })();
}
