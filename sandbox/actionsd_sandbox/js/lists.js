// Metadata and grants that an action appends, by method or to a live array (spec 5.1 to 5.3).

const { append } = kernel;
const refuse = (message) => kernel.hostError('invalid_value', message);

// By index, not by destructuring: a script may have patched iteration for itself.
function twoArguments(values) {
  if (values.length !== 2) throw refuse('exactly 2 (key, value) arguments expected');
  if (typeof values[0] !== 'string') throw refuse('the key of a metadata entry must be a string');
  return { key: values[0], value: values[1] };
}

// A key, and what is stored under it.
kernel.readEntry = (run, values) => {
  const { key, value } = twoArguments(values);
  return { key, json: kernel.goJson(value, run) };
};

// `store`, if there is one, is what makes it so.
kernel.writeMetadata = (run, op, key, bytes, store) => {
  run.mutate(op, `"key":${kernel.quote(key)},"value":"${kernel.toBase64(bytes)}"`, store);
};
const { writeMetadata } = kernel;

// `api.metadata`, and the methods that add to it.
// `carried` is what it begins with, and is nobody's change here.
kernel.metadataApi = (run, carried = []) => {
  const list = [...carried, ...run.state.metadata].map(({ key, value }) => ({ key, value: JSON.parse(value) }));
  const known = new Set(list);
  // As text: an object of the script's must not reach the next action.
  const remember = (entry, key, json) => {
    known.add(entry);
    append(run.state.metadata, { key, value: json });
  };
  const settle = () => {
    for (let i = 0; i < list.length; i++) {
      const entry = list[i]; // once: it may be another each time
      if (!known.has(entry)) pushed(run, entry, remember);
    }
  };
  run.live.push(settle);
  const add = (key, value, json, bytes) => {
    settle(); // what was pushed before comes before
    const entry = { key, value };
    writeMetadata(run, 'appendMetadata', key, bytes);
    remember(entry, key, json);
    append(list, entry);
  };
  return {
    metadata: list,
    user: {
      appendMetadata: (...values) => {
        const { key, value } = twoArguments(values);
        const json = kernel.goJson(value, run);
        add(key, value, json, kernel.encodeUtf8(json));
      },
      appendMetadataRaw: (...values) => {
        const { key, value } = twoArguments(values);
        const bytes = rawBytes(run, value);
        add(key, value, kernel.goJson(kernel.decodeUtf8(bytes), run), bytes);
      },
    },
  };
};

// An entry that the script pushed itself.
function pushed(run, entry, remember) {
  if (typeof entry !== 'object' || entry === null) throw refuse('an entry of api.metadata must be {key, value}');
  const key = kernel.goString(entry.key);
  const { value } = entry; // once: it may be another each time
  const json = kernel.goJson(value, run);
  writeMetadata(run, 'appendMetadata', key, draftBytes(run, value) ?? kernel.encodeUtf8(json));
  remember(entry, key, json);
}

// The draft of the API wanted base64 here. A string is read so if it is base64 of text,
// and the script is of that time: it knows nothing of `v1` (docs/compatibility.md).
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$|^[A-Za-z0-9+/]{3}=$/;
const TEXT = /^[^\u0000-\u0008\u000e-\u001f\ufffd]*$/;

function draftBytes(run, value) {
  if (typeof value !== 'string' || !BASE64.test(value) || kernel.knowsV1(run.step.key)) return undefined;
  const bytes = kernel.fromBase64(value);
  return TEXT.test(kernel.decodeUtf8(bytes)) ? bytes : undefined;
}

function rawBytes(run, value) {
  if (typeof value !== 'string' && !Array.isArray(value) && !(value instanceof Uint8Array)) throw refuse('value must be a string or byte array');
  const { length } = value;
  if (length === 0) throw refuse('value must not be empty');
  if (length > run.room) throw run.overflow();
  if (typeof value === 'string') return kernel.encodeUtf8(value);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const byte = value[i];
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) {
      throw refuse('array value must only contain integers between 0 and 255');
    }
    bytes[i] = byte;
  }
  return bytes;
}

// `api.userGrants`, and `api.v1.appendUserGrant`.
kernel.grantsApi = (run) => {
  const list = run.state.grants.map(copyGrant);
  const known = new Set(list);
  const write = (grant) => {
    const { projectID, projectGrantID, roles } = grant;
    let names = '';
    for (let i = 0; i < roles.length; i++) names += (i === 0 ? '' : ',') + kernel.quote(roles[i]);
    run.mutate('appendUserGrant', `"projectId":${kernel.quote(projectID)},"projectGrantId":${kernel.quote(projectGrantID)},"roles":[${names}]`);
    append(run.state.grants, copyGrant(grant));
  };
  const settle = () => {
    for (let i = 0; i < list.length; i++) {
      const entry = list[i];
      if (known.has(entry)) continue;
      write(pushedGrant(run, entry));
      known.add(entry);
    }
  };
  run.live.push(settle);
  return {
    userGrants: list,
    appendUserGrant: (...values) => {
      if (values.length !== 1) throw refuse('exactly one argument expected');
      settle(); // what was pushed before comes before
      const grant = readGrant(run, values[0]);
      write(grant);
      known.add(grant);
      append(list, grant);
    },
  };
};

// The list of roles too: the script has the original, and the next action must not.
function copyGrant({ projectID, projectGrantID, roles }) {
  const copy = { projectID, projectGrantID, roles: [] };
  for (let i = 0; i < roles.length; i++) append(copy.roles, roles[i]);
  return copy;
}

// The method takes both casings; unknown keys and roles that are no text are ignored.
function readGrant(run, value) {
  const grant = { projectID: '', projectGrantID: '', roles: [] };
  for (const key of Object.keys(Object(value))) {
    const given = value[key];
    if (key === 'projectId' || key === 'projectID') grant.projectID = kernel.goString(given);
    if (key === 'projectGrantId' || key === 'projectGrantID') grant.projectGrantID = kernel.goString(given);
    if (key === 'roles' && Array.isArray(given)) grant.roles = roleNames(run, given);
  }
  if (grant.projectID === '') throw refuse('projectId not set');
  return grant;
}

// The array has Go's field names, and nothing else.
function pushedGrant(run, entry) {
  const given = entry?.roles;
  const grant = {
    projectID: kernel.goString(entry?.projectID),
    projectGrantID: kernel.goString(entry?.projectGrantID),
    roles: Array.isArray(given) ? roleNames(run, given) : [],
  };
  if (grant.projectID === '') throw refuse('projectID not set in an entry of api.userGrants');
  return grant;
}

function roleNames(run, values) {
  const { length } = values;
  if (length > run.room) throw run.overflow();
  const names = [];
  for (let i = 0; i < length; i++) {
    const role = values[i];
    if (typeof role === 'string') append(names, kernel.goString(role));
  }
  return names;
}
