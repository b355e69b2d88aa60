// What one action leaves to the next of its chain. Everything in it can be dumped as
// JSON, for a chain that goes on in another isolate.

kernel.State = class {
  constructor({ claims = [], user = {}, metadata = [], grants = [], attributes = [], size = 0 } = {}) {
    this.claims = new kernel.Claims(claims);
    this.user = user; // what setters changed, by field
    this.metadata = metadata; // [{key, value}], value as the script gave it, as JSON
    this.grants = grants; // [{projectID, projectGrantID, roles}]
    this.size = size; // of the output so far
    this.attributes = new Set(attributes); // names of SAML attributes
  }

  dump() {
    const { user, metadata, grants } = this;
    return { claims: this.claims.dump(), user, metadata, grants, attributes: [...this.attributes] };
  }
};
