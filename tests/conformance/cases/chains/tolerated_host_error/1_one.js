function one(ctx, api) { api.v1.user.setMetadata(); }
