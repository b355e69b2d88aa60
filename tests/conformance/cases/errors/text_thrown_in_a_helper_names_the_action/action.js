function helper() {
  throw 'no';
}
function action() {
  helper();
}
