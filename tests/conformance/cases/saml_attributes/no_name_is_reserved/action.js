function action(ctx, api) { api.v1.attributes.setCustomAttribute('urn:zitadel:iam:x', '', '1'); api.v1.attributes.setCustomAttribute('Email', '', '2'); }
