// Users, grants and metadata as actions see them (spec 2.6, 2.9).

// The prototype of what is a struct in Go: written as JSON it has Go's field names.
kernel.HostStruct = Object.freeze({});
const { HostStruct } = kernel;

// What there are many of has a class for its fields: an object with a given prototype costs
// three times as much to make. `kernel.isStruct` knows these, too.
function asStruct(type) {
  delete type.prototype.constructor;
  Object.freeze(Object.setPrototypeOf(type.prototype, HostStruct));
}
const { getPrototypeOf } = Reflect;
kernel.isStruct = (prototype) => prototype === HostStruct || getPrototypeOf(prototype) === HostStruct;

const { readString, readNumber, readBoolean, readTime, readObject, readObjects, readStrings } = kernel;

// What a setter of an earlier action changed comes before what the context said.
function human(document, path, changed) {
  const all = {
    __proto__: HostStruct,
    firstName: readString(document, 'firstName', path),
    lastName: readString(document, 'lastName', path),
    nickName: readString(document, 'nickName', path),
    displayName: readString(document, 'displayName', path),
    avatarKey: readString(document, 'avatarKey', path),
    preferredLanguage: readString(document, 'preferredLanguage', path) || 'und',
    gender: readNumber(document, 'gender', path),
    email: readString(document, 'email', path),
    isEmailVerified: readBoolean(document, 'isEmailVerified', path),
    phone: readString(document, 'phone', path),
    isPhoneVerified: readBoolean(document, 'isPhoneVerified', path),
  };
  for (const field of Object.keys(all)) if (field in changed) all[field] = changed[field];
  return all;
}

kernel.externalUser = (source, path, changed) => ({
  __proto__: HostStruct,
  externalId: readString(source, 'externalId', path),
  externalIdpId: readString(source, 'externalIdpId', path),
  human: human(readObject(source, 'human', path) ?? {}, `${path}.human`, { avatarKey: '', gender: 0, ...changed }),
});

kernel.org = (document) => ({ getMetadata: () => kernel.metadata(document, 'orgMetadata', 'context') });

// A user; `changed` holds what setters of earlier actions changed, by field.
kernel.user = (document, changed) => {
  const path = 'user';
  const source = readObject(document, 'user', 'context') ?? {};
  const user = {
    __proto__: HostStruct,
    id: readString(source, 'id', path),
    creationDate: readTime(source, 'creationDate', path),
    changeDate: readTime(source, 'changeDate', path),
    resourceOwner: readString(source, 'resourceOwner', path),
    sequence: readNumber(source, 'sequence', path),
    state: readNumber(source, 'state', path),
    username: 'username' in changed ? changed.username : readString(source, 'username', path),
    loginNames: readStrings(source, 'loginNames', path),
    preferredLoginName: readString(source, 'preferredLoginName', path),
  };
  const machine = readObject(source, 'machine', path);
  if (machine === undefined) {
    user.human = human(readObject(source, 'human', path) ?? {}, 'user.human', changed);
  } else {
    user.machine = {
      __proto__: HostStruct,
      name: readString(machine, 'name', 'user.machine'),
      description: readString(machine, 'description', 'user.machine'),
    };
  }
  return user;
};

const MAYBE_JSON = /^[\s"{\[\-\dtfn]/;

// Stored bytes that are JSON read as what they say, others as text (spec 2.6).
function metadataValue(text, path) {
  let bytes;
  try {
    bytes = kernel.fromBase64(text);
  } catch {
    throw kernel.badContext(path, 'base64', text);
  }
  const stored = kernel.decodeUtf8(bytes);
  if (!MAYBE_JSON.test(stored)) return stored; // most values are words; a throw is dear
  try {
    return JSON.parse(stored);
  } catch {
    return stored;
  }
}

class Entry {
  creationDate; changeDate; resourceOwner; sequence; key; value;

  constructor(source, path) {
    this.creationDate = readTime(source, 'creationDate', path);
    this.changeDate = readTime(source, 'changeDate', path);
    this.resourceOwner = readString(source, 'resourceOwner', path);
    this.sequence = readNumber(source, 'sequence', path);
    this.key = readString(source, 'key', path);
    this.value = metadataValue(readString(source, 'value', path), `${path}.value`);
  }
}
asStruct(Entry);

kernel.metadata = (holder, key, path) => {
  const entries = readObjects(holder, key, path);
  const metadata = [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    const place = `${key}[${i}]`;
    metadata[i] = new Entry(entry, place);
  }
  return { __proto__: HostStruct, count: metadata.length, sequence: 0, timestamp: new kernel.Time(''), metadata };
};

kernel.grants = (document) => {
  if (document.userGrants === undefined || document.userGrants === null) return null;
  const sources = readObjects(document, 'userGrants', 'context');
  const grants = [];
  for (let i = 0; i < sources.length; i++) grants[i] = new Grant(document, sources[i], `userGrants[${i}]`);
  return { __proto__: HostStruct, count: grants.length, sequence: 0, timestamp: new kernel.Time(''), grants };
};

class Grant {
  id; projectGrantId; state; userGrantResourceOwner; userGrantResourceOwnerName; creationDate;
  changeDate; sequence; userId; userResourceOwner; roles; projectId; projectName; getOrgMetadata;

  constructor(document, source, path) {
    const owner = readString(source, 'userGrantResourceOwner', path);
    this.id = readString(source, 'id', path);
    this.projectGrantId = readString(source, 'projectGrantId', path);
    this.state = readNumber(source, 'state', path);
    this.userGrantResourceOwner = owner;
    this.userGrantResourceOwnerName = readString(source, 'userGrantResourceOwnerName', path);
    this.creationDate = readTime(source, 'creationDate', path);
    this.changeDate = readTime(source, 'changeDate', path);
    this.sequence = readNumber(source, 'sequence', path);
    this.userId = readString(source, 'userId', path);
    this.userResourceOwner = readString(source, 'userResourceOwner', path);
    this.roles = readStrings(source, 'roles', path);
    this.projectId = readString(source, 'projectId', path);
    this.projectName = readString(source, 'projectName', path);
    this.getOrgMetadata = () => {
      const all = readObject(document, 'grantOrgMetadata', 'context') ?? {};
      return kernel.metadata(Object.hasOwn(all, owner) ? all : { [owner]: [] }, owner, 'grantOrgMetadata');
    };
  }
}
asStruct(Grant);
