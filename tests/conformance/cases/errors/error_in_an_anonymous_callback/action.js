function action() {
  [1].forEach((item) => {
    throw new Error('in a callback');
  });
}
