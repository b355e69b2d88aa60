function action(ctx, api) {
  api.setDisplayName('Ærøskøbing 🏝️');
  api.setDisplayName('\n\t"');
}
