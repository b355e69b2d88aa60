function action(ctx, api) {
  if (api.metadata === undefined || !api.v1) return;
  api.metadata.push({ key: 'team', value: 'blue' });
  api.metadata.push({ key: 'bytes', value: [1, 2] }, { key: 'obj', value: { b: 1, a: 2 } });
}
