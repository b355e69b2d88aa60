// The metadata of the job's user (spec 2.6, 5.4): in the context, where the identity provider
// sends them along and keeps them, and else in the broker's store.

const { hasOwn } = Object;
const { readObject, readString, readNumber, readTime } = kernel;
const failed = (message) => kernel.hostError('metadata_failed', message);

const isCarried = (document) => hasOwn(document, 'userMetadata') && document.userMetadata !== undefined && document.userMetadata !== null;

function namesUser(document) {
  const user = readObject(document, 'user', 'context');
  return user !== undefined && readString(user, 'id', 'user') !== '';
}

function stored(answer) {
  const result = kernel.metadata(answer, 'metadata', 'stored');
  result.count = readNumber(answer, 'count', 'stored');
  result.sequence = readNumber(answer, 'sequence', 'stored');
  result.timestamp = readTime(answer, 'timestamp', 'stored');
  return result;
}

// Nothing is kept: what an action writes to the store, it reads there.
kernel.userMetadata = (run) => {
  const { document } = run;
  const checked = () => failed('scripts are being checked: no metadata are read or written');
  const ask = kernel.caller(run, 'metadata_failed', checked);
  const write = (values, isStored) => {
    const { key, json } = kernel.readEntry(run, values);
    const store = () => ask('set_metadata', `,"key":${kernel.quote(key)},"value":${kernel.quote(json)}`);
    kernel.writeMetadata(run, 'setMetadata', key, kernel.encodeUtf8(json), isStored ? store : undefined);
  };
  return {
    get: () => {
      if (run.job.check) throw checked();
      if (isCarried(document)) return kernel.metadata(document, 'userMetadata', 'context');
      return namesUser(document) ? stored(ask('get_metadata', '')) : kernel.metadata({}, 'metadata', 'none');
    },
    // Of `api.v1.user`: what the context carries is the identity provider's to write.
    setMetadata: (...values) => write(values, !isCarried(document) && namesUser(document)),
    // Of the module: the store is what it is there for.
    set: (...values) => {
      if (run.job.check) throw checked();
      const named = namesUser(document);
      if (!named && !isCarried(document)) throw failed('the context names no user (user.id) whose metadata it could be');
      write(values, named);
    },
  };
};
