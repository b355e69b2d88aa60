function action() {
  throw { code: 1 };
}
