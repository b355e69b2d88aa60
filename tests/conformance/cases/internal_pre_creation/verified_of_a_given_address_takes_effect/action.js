function action(ctx, api) { api.setEmailVerified(false); api.setPhoneVerified(true); }
