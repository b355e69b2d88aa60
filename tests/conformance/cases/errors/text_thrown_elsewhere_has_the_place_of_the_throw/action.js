function refuse() {
  throw 'refused';
}
function action() {
  refuse();
}
