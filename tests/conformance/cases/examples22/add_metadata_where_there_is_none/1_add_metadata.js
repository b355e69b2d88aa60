function add_metadata(ctx, api) {
  if (typeof api.metadata === 'undefined') return;
  api.v1.user.appendMetadata('add', 'me');
}
