function two() {
  throw 'fatal';
}
