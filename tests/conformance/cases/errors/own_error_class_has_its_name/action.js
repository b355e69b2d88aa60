class Denied extends Error {
  get name() { return 'Denied'; }
}
function action() {
  throw new Denied('go away');
}
