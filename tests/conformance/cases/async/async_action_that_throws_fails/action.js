async function action() {
  await null;
  throw new Error('late');
}
