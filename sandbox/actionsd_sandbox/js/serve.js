// The inner loop: take a job, run its chain, write the report, ask for the next.
//
// The shared buffer, as mailbox.py describes it. The host functions have neither
// arguments nor results: `exchange` hands over the report and waits for a job, `receive`
// brings the next chunk of a long text, `send` takes one, `drain` runs the microtasks,
// `note` notes what the action that ends here has cost, `random` fills
// the chunk with random bytes.
const { exchange, receive, send, drain, note, random } = kernel.hosts;
const HEADER = 64;
const figures = new Float64Array(kernel.memory, 0, 1);
const words = new Int32Array(kernel.memory, 8, 6);
const bytes = new Uint8Array(kernel.memory, HEADER);
const units = new Uint16Array(kernel.memory, HEADER);
const REPLY = 0, WIDE = 1, LENGTH = 2, MORE = 3, HEAD = 4, CHANGES = 5;
const JOB = 0, AGAIN = 1, THROWN = 3;
const CHUNK_UNITS = units.length;
const SLICE = 8192;
const fromCharCode = String.fromCharCode;
const apply = Reflect.apply;
const { append } = kernel;
const then = Promise.prototype.then;
const now = Date.now;

function readText() {
  let text = readChunk();
  while (words[MORE] === 1) {
    receive();
    text += readChunk();
  }
  return text;
}

function readChunk() {
  const source = words[WIDE] === 1 ? units : bytes;
  const length = words[LENGTH];
  if (length <= SLICE) return apply(fromCharCode, null, source.subarray(0, length));
  let text = '';
  for (let i = 0; i < length; i += SLICE) text += apply(fromCharCode, null, source.subarray(i, Math.min(i + SLICE, length)));
  return text;
}

function writeText(text) {
  let start = 0;
  for (; text.length - start > CHUNK_UNITS; start += CHUNK_UNITS) {
    writeChunk(text, start, start + CHUNK_UNITS);
    send();
  }
  writeChunk(text, start, text.length);
}

function writeChunk(text, start, end) {
  let all = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    bytes[i - start] = unit;
    all |= unit;
  }
  const wide = all > 127;
  if (wide) for (let i = start; i < end; i++) units[i - start] = text.charCodeAt(i);
  words[WIDE] = wide ? 1 : 0;
  words[LENGTH] = end - start;
}

// One job under way: its chain, and what came of it so far, as JSON text.
class Run {
  constructor(job, context) {
    this.job = job;
    this.context = context;
    this.state = new kernel.State(job.state ?? {});
    this.live = []; // what to look through for what the script put there itself
    this.index = 0;
    this.outcomes = [];
    this.mutations = [];
    this.logs = [];
    this.claimLog = [];
    this.phase = 'context';
    this.error = null;
    this.size = this.state.size;
    this.overflowed = false; // by the current action
  }

  get step() { return this.job.steps[this.index]; }
  get isLast() { return this.index === this.job.steps.length - 1; }

  grow(text) {
    words[CHANGES]++;
    if (this.size + text.length > this.job.output_limit) {
      this.overflowed = true; // whether or not the script catches what follows
      throw kernel.hostError('output_limit', `more than ${this.job.output_limit} characters of mutations and logs`);
    }
    this.size += text.length;
    return text;
  }

  mutate(op, fields) {
    append(this.mutations, this.grow(`{"op":"${op}","action":${this.step.quoted},${fields}}`));
  }

  log(level, message) {
    append(this.logs, this.grow(`{"action":${this.step.quoted},"level":"${level}","message":${kernel.quote(message)}}`));
  }

  appendClaimLog(text) { append(this.claimLog, this.grow(kernel.quote(text))); }
}

// Random bytes that no script can foresee, from the process: V8's own are not for that.
kernel.randomBytes = (count) => {
  random();
  return bytes.slice(0, count);
};

let run = null;

// `require` is a property of the global object in goja: a script may replace it for itself.
let requireNow, replaced;
function getRequire() { return replaced === undefined ? requireNow ?? (requireNow = kernel.makeRequire(run)) : replaced.value; }
function setRequire(value) { replaced = { value }; }
kernel.defineRequire = () => Object.defineProperty(globalThis, 'require', { get: getRequire, set: setRequire, enumerable: false, configurable: false });

function begin(text) {
  const job = JSON.parse(text.slice(0, words[HEAD]));
  for (const key of job.forget) kernel.forgetScript(key);
  for (const key in job.sources) kernel.keepSource(key, job.sources[key]);
  for (const step of job.steps) step.quoted = kernel.quote(step.name);
  run = new Run(job, text.slice(words[HEAD]));
}

const CONTROL = /[\u0000-\u001f]/g; // V8's account of an error ends at a NUL

function readContext() {
  let document;
  try {
    document = JSON.parse(run.context);
  } catch (error) {
    throw kernel.hostError('bad_request', `context: not JSON: ${error.message.replace(CONTROL, '?')}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw kernel.badContext('context', 'an object', document);
  }
  for (const key of Object.keys(document)) {
    if (!kernel.CONTEXT_KEYS.has(key)) throw kernel.hostError('bad_request', `context: unknown key ${kernel.goQuote(key)}`);
  }
  return document;
}

// Runs the current step. What it throws leaves `serve`, as a thrown value that is not an
// Error has a place only in V8's message, which no catch in JavaScript sees.
function runStep() {
  const { step, job } = run;
  run.phase = 'context';
  kernel.forgetErrors();
  kernel.reseed();
  requireNow = replaced = undefined;
  let ctx, api;
  if (!job.check) {
    run.document = readContext();
    run.live = [];
    ({ ctx, api } = kernel.TRIGGERS[job.trigger](run));
  }
  run.phase = 'compile';
  figures[0] = now() + step.script_ms;
  const factory = kernel.factory(step.key, step.name);
  run.phase = 'script';
  kernel.forgetMatch();
  const action = apply(factory, globalThis, []); // `this` at the top, in strict scripts too
  if (typeof action !== 'function' || kernel.isInitial(step.name, action)) return fail({ kind: 'missing_function', text: missing(action, step) });
  if (job.check) return undefined;
  run.phase = 'function';
  figures[0] = now() + step.timeout_ms;
  return settlePromise(apply(action, undefined, [ctx, api]));
}

function missing(found, step) {
  if (found !== undefined && found !== null && !kernel.isInitial(step.name, found)) return `${step.name} is not a function`;
  const names = kernel.definedNames(step.key);
  return `function not found: ${step.name}; the script defines ${names.length > 0 ? names.join(', ') : 'no function'}`;
}

// An async action is awaited. There is no event loop: what has not settled when the
// microtasks are done never will.
function settlePromise(value) {
  if (!(value instanceof Promise)) return undefined;
  let state = 'pending', reason;
  apply(then, value, [() => { state = 'done'; }, (error) => { state = 'failed'; reason = error; }]);
  drain();
  if (state === 'pending') return fail({ kind: 'timeout', text: 'the promise that the action returned never settles' });
  if (state === 'failed') return fail(describe(reason));
  return undefined;
}

const NAMELESS = new Set(['anonymous', 'eval', '<anonymous>']); // V8's names for top-level code

// A rejection's reason in the form in which Python hands back what was thrown.
function describe(reason) {
  const text = kernel.goString(reason);
  const stack = reason instanceof Error ? String(reason.stack) : '';
  const match = /at (?:async )?(?:([^\s(]+) \()?action:[0-9a-f]+:(\d+):(\d+)/.exec(stack);
  return match === null ? { text } : { text, name: NAMELESS.has(match[1]) ? undefined : match[1], line: Number(match[2]) - kernel.BODY_LINES, column: Number(match[3]) };
}

const HOST_PREFIX = 'Error: ';
const KINDS = { context: 'internal', compile: 'syntax_error', script: 'script_threw', function: 'script_threw' };

// Notes how the current step failed. `name`, `line` and `column` say where, if known.
function fail({ kind, text, name, line, column }) {
  const known = kernel.kindOf(text);
  const plain = known === undefined ? text : text.slice(HOST_PREFIX.length);
  const failure = { kind: kind ?? known ?? KINDS[run.phase], message: plain };
  if (run.phase === 'compile' && line > kernel.scriptEnd(run.step.key).line) {
    ({ line, column } = kernel.scriptEnd(run.step.key));
    failure.message = 'SyntaxError: Unexpected end of the script';
  }
  if (line >= 1 && failure.kind !== 'bad_request') {
    failure.line = line;
    failure.column = column;
    const where = name ?? (run.phase === 'function' ? run.step.name : undefined);
    failure.message += where === undefined || run.phase === 'compile' ? ` at ${line}:${column}` : ` at ${where} (${line}:${column})`;
  }
  failure.message = failure.message.slice(0, 4096).toWellFormed();
  if (failure.kind === 'bad_request') run.error = failure;
  run.outcomes[run.index] = { name: run.step.name, outcome: run.step.tolerated ? 'tolerated' : 'failed', error: failure };
}

// Runs what is left of the chain. Returns false if the realm is no longer fit for it.
function proceed() {
  for (;;) {
    if (run.outcomes[run.index] === undefined) runStep();
    if (run.live.length > 0 && kernel.mayDefer(run.step.key)) drain(); // microtasks may push too
    look();
    if (run.overflowed && run.outcomes[run.index] === undefined) fail({ kind: 'output_limit', text: 'a limit was exceeded, and the error caught' });
    run.overflowed = false;
    if (run.isLast || run.error !== null || run.outcomes[run.index]?.outcome === 'failed') return true;
    drain();
    const fit = kernel.sweep();
    figures[0] = Infinity; // still busy, but nobody's time is running
    note();
    finishStep();
    run.index++;
    if (!fit) return false;
  }
}

// Takes what the script put into live arrays. Its getters run here, and may leave microtasks.
function look() {
  const live = run.live;
  run.live = []; // what throws has failed the action, and is not looked at again
  for (const each of live) each();
  run.live = live;
}

// The log claim is written when its action has ended, for a tolerated failure too.
function finishStep() {
  run.outcomes[run.index] ??= { name: run.step.name, outcome: 'succeeded', error: null };
  if (run.claimLog.length === 0) return;
  run.mutations.push(logMutation());
  run.state.claims.set(kernel.logClaim(run.step.name), `[${run.claimLog.join(',')}]`);
  run.claimLog = [];
}

function logMutation() {
  return `{"op":"appendLogIntoClaims","action":${run.step.quoted},"key":${kernel.quote(kernel.logClaim(run.step.name))},"value":[${run.claimLog.join(',')}]}`;
}

// The report as it stands. Written again if microtasks change something while it is
// handed over, so it changes nothing itself.
function report() {
  const outcomes = run.outcomes.slice(0, run.index + 1);
  outcomes[run.index] ??= { name: run.step.name, outcome: 'succeeded', error: null };
  const failed = outcomes[run.index].outcome === 'failed';
  const mutations = run.claimLog.length > 0 && !failed ? [...run.mutations, logMutation()] : run.mutations;
  const rest = run.job.steps.slice(run.index + 1).map(({ name }) => ({ name, outcome: 'skipped', error: null }));
  if (run.error !== null) return `{"actions":[],"mutations":[],"logs":[],"error":${JSON.stringify(run.error)}}`;
  return `{"actions":${JSON.stringify([...outcomes, ...rest])},"mutations":[${mutations.join(',')}],"logs":[${run.logs.join(',')}]}`;
}

// What was done so far, and what the next action must know, for a chain that goes on in
// another isolate.
function partial() {
  const error = run.error === null ? '' : `,"error":${JSON.stringify(run.error)}`;
  return `{"actions":${JSON.stringify(run.outcomes)},"mutations":[${run.mutations.join(',')}],"logs":[${run.logs.join(',')}],"state":${JSON.stringify({ ...run.state.dump(), size: run.size })}${error}}`;
}

function finish() {
  if (!run.job.partial) return writeText(report());
  drain(); // so that nothing changes any more
  kernel.restore();
  look();
  if (run.outcomes[run.index]?.outcome !== 'failed') finishStep();
  return writeText(partial());
}

// Serves jobs until Python says otherwise. Returns 'left'; 'unfit' with a job that it has
// not begun; 'unfinished' with a job that another isolate must finish (`collect`).
// One way in, also after a throw: a script sees the stack below it, and what another
// threw is none of its business.
kernel.serve = function serve() {
  let ending = words[REPLY] === THROWN ? takeThrown() : takeJob();
  while (ending === undefined) {
    if (!proceed()) return 'unfinished';
    finish();
    ending = takeJob();
  }
  return ending;
};

function takeThrown() {
  words[REPLY] = JOB;
  fail(JSON.parse(readText()));
}

// Returns why there is no job, if there is none.
function takeJob() {
  exchange();
  while (words[REPLY] === AGAIN) {
    if (!run.job.partial) look();
    kernel.sweep(); // in the time of the run that is over, not the next one's
    writeText(run.job.partial ? partial() : report());
    exchange();
  }
  run = null;
  if (words[REPLY] !== JOB) return 'left';
  const text = readText();
  if (!kernel.sweep()) return 'unfit';
  begin(text);
  return undefined;
}

// After a cancelled run: note the failure, hand over what was done before it.
kernel.collect = () => {
  const failure = JSON.parse(readText());
  kernel.restore();
  if (failure !== null) {
    note();
    look();
    fail(failure);
    if (run.step.tolerated) finishStep();
  }
  writeText(partial());
};
