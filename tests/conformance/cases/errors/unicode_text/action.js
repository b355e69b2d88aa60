function action() {
  /* 🏝 */ throw 'verboten: grüße 🏝';
}
