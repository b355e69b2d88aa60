const fixed = 1;
function action() {
  fixed = 2;
}
