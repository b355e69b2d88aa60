function first(ctx, api) { api.v1.user.appendMetadata('a', 'de'); api.v1.user.appendMetadataRaw('b', 'fr'); }
