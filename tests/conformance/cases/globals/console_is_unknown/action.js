function action() {
  console.log('x');
}
