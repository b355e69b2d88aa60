function action() {
  try {
    throw new Error('first');
  } catch (error) {
    throw error;
  }
}
