function one() {
  throw 'tolerated';
}
