// What `require` finds (spec, section 3). Each run gets module objects of its own.

// Absolute, relative or by file ending: what would have read the server's disk.
const FILE = /^\.{0,2}\/|^\.{1,2}$|\.(?:js|json|cjs|mjs)$/;

// goja's util.format: %s, %d, %j, %%; what is left over is appended.
function format(template, values) {
  let text = '', used = 0, percent = false;
  for (const char of template) {
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
  }
  for (; used < values.length; used++) text += ' ' + String(values[used]);
  return text;
}

function log(run) {
  const at = (level) => (...values) => {
    run.log(level, format(values[0] === undefined ? '' : String(values[0]), values.slice(1)));
  };
  return { log: at('info'), info: at('info'), debug: at('info'), warn: at('warning'), error: at('error') };
}

const MODULES = { __proto__: null, 'zitadel/log': log };

kernel.makeRequire = (run) => {
  const loaded = new Map();
  return function require(name) {
    const wanted = String(name);
    if (!loaded.has(wanted)) {
      const make = MODULES[wanted];
      if (make === undefined) throw notFound(wanted);
      loaded.set(wanted, make(run));
    }
    return loaded.get(wanted);
  };
};

function notFound(name) {
  if (FILE.test(name)) return kernel.hostError('module_not_found', 'file-based modules are disabled');
  const known = Object.keys(MODULES).join(', ');
  return kernel.hostError('module_not_found', `module ${kernel.goQuote(name)} not found; there is: ${known}`);
}
