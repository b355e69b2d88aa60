function two() {
  throw 'stop';
}
