// hostile: result_brand_forged
// what: claims that call themselves dates, maps and numbers, and are none
// outcome: succeeded
// keeps: date map view
function act(ctx, api) {
  api.v1.claims.setClaim('date', Object.create(Date.prototype, { SECRET: { value: 1, enumerable: true } }));
  api.v1.claims.setClaim('map', Object.create(Map.prototype, { size: { value: 1e9 }, [Symbol.toStringTag]: { value: 'Map' } }));
  api.v1.claims.setClaim('view', Object.create(Uint8Array.prototype));
}
