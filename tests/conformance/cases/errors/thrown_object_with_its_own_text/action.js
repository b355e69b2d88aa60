function action() {
  throw { toString: () => 'own text' };
}
