function action() {
  try {
    throw 'first';
  } catch (error) {
    throw error;
  }
}
