// What `require` finds (spec, section 3). Each run gets module objects of its own.

// Absolute, relative or by file ending: what would have read the server's disk.
const FILE = /^\.{0,2}\/|^\.{1,2}$|\.(?:js|json|cjs|mjs)$/;

// goja's util.format: %s, %d, %j, %%; what is left over is appended. With a run, no longer
// than what it may still add.
function format(template, values, run) {
  const check = (text) => { if (run !== undefined && text.length > run.room) throw run.overflow(); };
  check(template);
  let text = '', used = 0, percent = false;
  for (let i = 0; i < template.length; i++) {
    const char = template[i];
    if (!percent) {
      if (char === '%') percent = true; else text += char;
      continue;
    }
    percent = false;
    if (used >= values.length) text += '%' + char;
    else if (char === 's') text += String(values[used++]);
    else if (char === 'd') text += String(Number(values[used++]));
    else if (char === 'j') text += JSON.stringify(values[used++]);
    else text += char === '%' ? '%' : '%' + char;
    check(text);
  }
  for (; used < values.length; used++) check(text += ' ' + String(values[used]));
  return text;
}

function log(run) {
  const at = (level) => (...values) => {
    run.log(level, format(values[0] === undefined ? '' : String(values[0]), values.slice(1), run));
  };
  return { log: at('info'), info: at('info'), debug: at('info'), warn: at('warning'), error: at('error') };
}

// What has no trigger's trouble: goja's own modules, which a log module brings along.
const console = log;
const util = () => ({ format: (template, ...values) => format(template === undefined ? '' : String(template), values) });

// The draft's access to the user's metadata.
function userMetadata(run) {
  const { get, set } = kernel.userMetadata(run);
  return { get, set };
}

const MODULES = {
  __proto__: null,
  'zitadel/log': log,
  'zitadel/http': kernel.http,
  'zitadel/uuid': kernel.uuid,
  'zitadel/metadata/user': userMetadata,
  console,
  util,
  'node:console': console,
  'node:util': util,
};

// ZITADEL does not register it for SAML responses.
const ABSENT = { __proto__: null, 'complement-saml/pre-response': 'zitadel/uuid' };

kernel.makeRequire = (run) => {
  const loaded = new Map();
  return function require(name) {
    const wanted = kernel.goString(String(name));
    if (!loaded.has(wanted)) {
      const make = ABSENT[run.job.trigger] === wanted ? undefined : MODULES[wanted];
      if (make === undefined) throw notFound(wanted, ABSENT[run.job.trigger]);
      loaded.set(wanted, make(run));
    }
    return loaded.get(wanted);
  };
};

function notFound(name, absent) {
  if (FILE.test(name)) return kernel.hostError('module_not_found', 'file-based modules are disabled');
  const known = Object.keys(MODULES).filter((each) => each !== absent).join(', ');
  return kernel.hostError('module_not_found', `module ${kernel.goQuote(name.slice(0, 200))} not found; there is: ${known}`);
}
