// A peer: isolated-vm behind Node's http, as one would write it in an afternoon.
//     node isolated_vm.js MODE SCRIPT NAME WORKERS    (MODE: context or isolate)
// Prints its port when it listens. Neither sealed nor metered, and it knows no tenants.
const cluster = require('node:cluster');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const ivm = require('isolated-vm');

const [mode, scriptFile, name, workers] = process.argv.slice(2);
// For all that is in flight: a context that was released is there until V8 collects it.
const MEMORY_MIB = mode === 'context' ? 1024 : 128;
const code = [
  fs.readFileSync(path.join(__dirname, 'shim.js'), 'utf8'),
  // Waits in the isolate's own thread for what the main thread fetches.
  'const fetchNow = (url) => fetcher.applySyncPromise(undefined, [url]);',
  fs.readFileSync(scriptFile, 'utf8'),
  `globalThis.runJob = (context) => run(${name}, context);`,
].join('\n');

const agent = new http.Agent({ keepAlive: true });
const fetcher = new ivm.Reference((url) => new Promise((resolve, reject) => {
  http.get(url, { agent }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (part) => { body += part; });
    response.on('end', () => resolve(body));
  }).on('error', reject);
}));

async function runIn(isolate, script, context) {
  const realm = await isolate.createContext();
  try {
    await realm.global.set('fetcher', fetcher);
    await script.run(realm);
    const job = await realm.global.get('runJob', { reference: true });
    try {
      return await job.apply(undefined, [context], { timeout: 20000 });
    } finally {
      job.release();
    }
  } finally {
    realm.release();
  }
}

const shared = mode === 'context' ? new ivm.Isolate({ memoryLimit: MEMORY_MIB }) : undefined;
const compiled = shared?.compileScriptSync(code);

async function runJob(context) {
  if (mode === 'context') return runIn(shared, compiled, context);
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MIB });
  try {
    return await runIn(isolate, await isolate.compileScript(code), context);
  } finally {
    isolate.dispose();
  }
}

function serve(request, response) {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    runJob(Buffer.concat(parts).toString()).then(
      (outcome) => response.end(outcome),
      (error) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
}

if (cluster.isPrimary) {
  process.stdin.on('end', () => process.exit()).resume();
  let listening = 0;
  cluster.on('listening', (_, { port }) => {
    listening += 1;
    if (listening === Number(workers)) console.log(port);
  });
  for (let i = 0; i < Number(workers); i += 1) cluster.fork();
} else {
  http.createServer(serve).listen(0, '127.0.0.1');
}
