function make() {
  return new Error('made');
}
function action() {
  const error = make();
  throw error;
}
