// An entry of metadata, in the triggers that have metadata.
function add_metadata(ctx, api) {
  if (api.metadata !== undefined) api.v1.user.appendMetadata('add', 'me');
}
