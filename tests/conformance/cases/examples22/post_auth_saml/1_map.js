function map(ctx, api) {
  const { attributes } = ctx.v1.providerInfo;
  const first = (oid) => attributes[`urn:oid:${oid}`]?.[0];
  if (first('2.5.4.42')) api.setFirstName(first('2.5.4.42'));
  if (first('2.5.4.4')) api.setLastName(first('2.5.4.4'));
  if (first('0.9.2342.19200300.100.1.3')) api.setEmail(first('0.9.2342.19200300.100.1.3'));
}
