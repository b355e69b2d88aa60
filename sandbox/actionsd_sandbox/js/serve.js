// The inner loop: take a job, run its chain, write the report, ask for the next.
//
// The shared buffer, as mailbox.py describes it. The host functions have neither
// arguments nor results: `exchange` hands over the report and waits for a job, `receive`
// brings the next chunk of a long text, `send` takes one, `drain` runs the microtasks,
// `note` notes what the action that ends here has cost, `tidy` collects what earlier jobs
// left, `random` fills the chunk with random bytes, `call` takes a request and waits for
// the answer.
const { receive, send, tidy, random } = kernel.hosts;
const HEADER = 64;
const figures = new Float64Array(kernel.memory, 0, 1);
const words = new Int32Array(kernel.memory, 8, 7);
const bytes = new Uint8Array(kernel.memory, HEADER);
const units = new Uint16Array(kernel.memory, HEADER);
const REPLY = 0, WIDE = 1, LENGTH = 2, MORE = 3, HEAD = 4, CHANGES = 5, LITTER = 6;
const JOB = 0, AGAIN = 1, WAIT = 3, THROWN = 4;
const CHUNK_UNITS = units.length;
const SLICE = 8192;
const fromCharCode = String.fromCharCode;
const { apply } = Reflect;
const { charCodeAt } = String.prototype;
const { defineProperty, setPrototypeOf } = Object;
const { append } = kernel;
const { parse, stringify } = JSON;
const now = Date.now;

// A run may be told to end while it is in one of these. Then it gets no further: what ends
// is what took too much, not what comes after it.
const held = (host) => () => { host(); while (words[REPLY] === WAIT); };
const exchange = held(kernel.hosts.exchange), drain = held(kernel.hosts.drain), note = held(kernel.hosts.note), call = held(kernel.hosts.call);

function readText() {
  let text = readChunk();
  while (words[MORE] === 1) {
    receive();
    text += readChunk();
  }
  return text;
}

function readChunk() {
  const type = words[WIDE] === 1 ? Uint16Array : Uint8Array;
  const length = words[LENGTH];
  if (length <= SLICE) return apply(fromCharCode, null, stretch(type, 0, length));
  let text = '';
  for (let i = 0; i < length; i += SLICE) text += apply(fromCharCode, null, stretch(type, i, i + SLICE < length ? SLICE : length - i));
  return text;
}

// A part of the chunk. Its length is its own: what a script patched for itself would be
// handed the buffer by `subarray` and by the getter of the length.
function stretch(type, start, length) {
  const view = new type(kernel.memory, HEADER + start * type.BYTES_PER_ELEMENT, length);
  return defineProperty(setPrototypeOf(view, null), 'length', { __proto__: null, value: length });
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

// What is sent while the script runs: without the method, which it may have patched. It
// costs twice as much, so reports are written with it.
function writeRequest(text) {
  for (let start = 0; ; start += CHUNK_UNITS) {
    const length = text.length - start < CHUNK_UNITS ? text.length - start : CHUNK_UNITS;
    for (let i = 0; i < length; i++) units[i] = apply(charCodeAt, text, [start + i]);
    words[WIDE] = 1;
    words[LENGTH] = length;
    if (start + length === text.length) return;
    send();
  }
}

// One job under way: its chain, and what came of it so far, as JSON text.
class Run {
  constructor(job, context) {
    this.job = job;
    this.context = context;
    this.begunAt = now();
    this.state = new kernel.State(job.state ?? {});
    this.live = []; // what to look through for what the script put there itself
    this.index = 0;
    this.outcomes = []; // of the steps that are over
    this.outcome = null; // of the current one, once it is known
    this.mutations = [];
    this.logs = [];
    this.claimLog = [];
    this.phase = 'context';
    this.error = null;
    this.size = this.state.size; // of the whole job's output
    this.beginAction();
  }

  beginAction() {
    this.written = { mutations: 0, logs: 0, output: 0 };
    this.excess = null; // which of these the action took too far, in words
    this.isClosed = false; // whether it may ask nothing of the broker any more
  }

  get step() { return this.job.steps[this.index]; }
  get isLast() { return this.index === this.job.steps.length - 1; }
  get hasFailed() { return this.outcome !== null && this.outcome.outcome === 'failed'; }

  // Characters that may still be added. What is sure to be longer is refused before it is
  // made: a text of half a gigabyte costs nothing until somebody reads it.
  get room() { return this.step.output - this.written.output; }

  // The error for what is too long. It fails the action, whether or not the script catches it.
  overflow() {
    words[CHANGES]++;
    this.excess ??= `the action made more than ${this.step.output} characters of mutations and logs`;
    return kernel.hostError('output_limit', this.excess);
  }

  // Counts what the action writes, before it counts. The first excess fails the action,
  // whether or not the script catches the error, and nothing is written after it.
  grow(what, text) {
    words[CHANGES]++;
    const { step, written } = this;
    if (++written[what] > step[what]) this.excess ??= `the action made more than ${step[what]} ${NOUNS[what]}`;
    if (this.excess !== null) throw kernel.hostError('output_limit', this.excess);
    if (text.length > this.room) throw this.overflow();
    written.output += text.length;
    this.size += text.length;
    if (this.size > this.job.report_limit) throw this.endJob('output_limit', REPORT_TOO_LARGE);
    return text;
  }

  // No action's fault: each did what it may.
  endJob(kind, message) {
    this.error = { kind, message };
    return kernel.hostError(kind, message);
  }

  // With `store`: a mutation of what is stored at once, by what that does. It is not stored
  // where there is no room to tell of it, and not told of where that threw. Where the action
  // is told to end meanwhile, it may be stored without a word.
  mutate(op, fields, store) {
    const text = this.grow('mutations', `{"op":"${op}","action":${this.step.quoted},${fields}}`);
    if (store !== undefined) this.attempt(store, text);
    append(this.mutations, text);
  }

  attempt(store, text) {
    try {
      store();
    } catch (error) {
      this.written.mutations--;
      this.written.output -= text.length;
      this.size -= text.length;
      throw error;
    }
  }

  log(level, message) {
    append(this.logs, this.grow('logs', `{"action":${this.step.quoted},"level":"${level}","message":${kernel.quote(message)}}`));
  }

  appendClaimLog(text) { append(this.claimLog, this.grow('logs', kernel.quote(text))); }
}

const NOUNS = { mutations: 'mutations', logs: 'log lines' };
const REPORT_TOO_LARGE = 'the report is larger than a frame may be';

// Random bytes that no script can foresee, from the process: V8's own are not for that.
// No method of the array, which a script may have patched to get hold of the buffer.
kernel.randomBytes = (count) => {
  random();
  const copy = new Uint8Array(count);
  for (let i = 0; i < count; i++) copy[i] = bytes[i];
  return copy;
};

let run = null;

// Whether an action runs in its own time: one of this run, at this place in the chain.
kernel.isRunning = (asking, index) => run === asking && run.index === index && !run.isClosed
  && run.outcome === null && run.error === null && (run.phase === 'script' || run.phase === 'function');

// What the broker may take for an answer: a little less than the action has left, so that
// what is too slow is an error that it can catch.
kernel.secondsToAsk = () => {
  const left = figures[0] - now();
  if (left <= 0) return 0;
  return (left > 4 * RESERVE_MS ? left - RESERVE_MS : left * 0.75) / 1000;
};
const RESERVE_MS = 100;

// Asks the broker, and waits for its answer. Nothing of the script's may run from the first
// character to the last: it would find the mailbox half written.
kernel.call = (text) => {
  writeRequest(text);
  call();
  return readText();
};

// `require` is a property of the global object in goja: a script may replace it for itself.
let requireNow, replaced;
function getRequire() { return replaced === undefined ? requireNow ?? (requireNow = kernel.makeRequire(run)) : replaced.value; }
function setRequire(value) { replaced = { value }; }
kernel.defineRequire = () => Object.defineProperty(globalThis, 'require', { get: getRequire, set: setRequire, enumerable: false, configurable: false });

let job = null; // the last one; one without a head of its own is the same but for its context

function begin(text) {
  if (words[HEAD] > 0) {
    job = parse(text.slice(0, words[HEAD]));
    for (const key of job.forget) kernel.forgetScript(key);
    for (const key in job.sources) kernel.keepSource(key, job.sources[key]);
    for (const step of job.steps) step.quoted = kernel.quote(step.name);
    text = text.slice(words[HEAD]);
  }
  run = new Run(job, text);
}

const CONTROL = /[\u0000-\u001f]/g; // V8's account of an error ends at a NUL

function readContext() {
  let document;
  try {
    document = parse(run.context);
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
  const seen = { state: 'pending', reason: undefined };
  watch(value, seen);
  drain();
  if (seen.state === 'pending') return fail({ kind: 'timeout', text: 'the promise that the action returned never settles' });
  if (seen.state === 'failed') return fail(describe(seen.reason));
  return undefined;
}

// `await`, not `then`: it asks neither for a species nor for a method that may be patched.
async function watch(promise, seen) {
  try {
    await promise;
    seen.state = 'done';
  } catch (reason) {
    seen.reason = reason;
    seen.state = 'failed';
  }
}

const NAMELESS = new Set(['anonymous', 'eval', '<anonymous>']); // V8's names for top-level code

// A rejection's reason in the form in which Python hands back what was thrown.
function describe(reason) {
  const text = typeof reason === 'string' && reason.length > kernel.MAX_TEXT ? `a text of ${reason.length} characters` : kernel.goString(reason);
  const stack = reason instanceof Error ? String(reason.stack) : '';
  const match = /at (?:async )?(?:([^\s(]+) \()?action:[0-9a-f]+:(\d+):(\d+)/.exec(stack);
  return match === null ? { text } : { text, name: NAMELESS.has(match[1]) ? undefined : match[1], line: Number(match[2]) - kernel.BODY_LINES, column: Number(match[3]) };
}

const HOST_PREFIX = 'Error: ';
// What V8 says where the process may have no more memory; in its heap it says nothing.
function isOutOfMemory(text) {
  return text === 'RangeError: Array buffer allocation failed' || text === 'RangeError: ArrayBuffer.prototype.resize: Out of memory';
}
const KINDS = { context: 'internal', compile: 'syntax_error', script: 'script_threw', function: 'script_threw' };

// Notes how the current step failed. `name`, `line` and `column` say where, if known.
function fail({ kind, text, name, line, column }) {
  const known = kernel.kindOf(text);
  const failure = { kind: kind ?? known ?? KINDS[run.phase], message: known === undefined ? text : text.slice(HOST_PREFIX.length) };
  if (kind === undefined && isOutOfMemory(text)) {
    failure.kind = 'memory_limit';
    failure.message = `the action took more than ${run.step.memory} MiB of memory: ${text}`;
  }
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
  run.outcome = { name: run.step.name, outcome: run.step.tolerated ? 'tolerated' : 'failed', error: failure };
}

let fit = true; // whether the last sweep left a realm that is fit for more
const SLOW_MS = 20;

// Runs what is left of the chain. Returns false if the realm is no longer fit for it.
function proceed() {
  for (;;) {
    if (run.outcome === null) runStep();
    settle();
    if (chainEnds()) return true;
    drain();
    look();
    if (chainEnds()) return true;
    fit = kernel.sweep(); // on the action's time
    run.live = [];
    run.document = null; // what is held here cannot be collected
    note();
    finishStep();
    run.index++;
    run.beginAction();
    if (!fit) return false;
  }
}

function chainEnds() { return run.isLast || run.error !== null || run.hasFailed; }

// Runs the chain and hands over what came of it. Returns false as `proceed` does.
function complete() {
  if (!proceed()) return false;
  if (now() - run.begunAt > SLOW_MS) sweepNow();
  finish();
  return true;
}

// A job that took long may have left a million names on the global object. To find and
// delete them takes seconds, which must not be the next job's.
function sweepNow() {
  drain();
  settle();
  fit = kernel.sweep();
}

// Takes what the script put into live arrays, microtasks included.
function settle() {
  if (run.live.length > 0) drain();
  look();
}

// Reads the live arrays, and sees whether that was too much.
function look() {
  const live = run.live;
  run.live = []; // what throws has failed the action, and is not read again
  for (let i = 0; i < live.length; i++) live[i]();
  run.live = live;
  if (run.excess !== null && run.outcome === null) fail({ kind: 'output_limit', text: run.excess });
}

// The log claim is written when its action has ended, for a tolerated failure too.
function finishStep() {
  append(run.outcomes, currentOutcome());
  run.outcome = null;
  if (run.claimLog.length === 0) return;
  append(run.mutations, logMutation());
  noteLogClaim();
  run.claimLog = [];
}

function noteLogClaim() { run.state.claims.set(kernel.logClaim(run.step.name), `[${run.claimLog.join(',')}]`); }

function currentOutcome() { return run.outcome ?? { name: run.step.name, outcome: 'succeeded', error: null }; }

function logMutation() {
  return `{"op":"appendLogIntoClaims","action":${run.step.quoted},"key":${kernel.quote(kernel.logClaim(run.step.name))},"value":[${run.claimLog.join(',')}]}`;
}

// The report as it stands. Written again if microtasks change something while it is
// handed over, so it changes nothing itself.
function report() {
  if (run.error !== null) return `{"actions":[],"mutations":[],"logs":[],"error":${stringify(run.error)}}`;
  let actions = '';
  for (let i = 0; i < run.outcomes.length; i++) actions += stringify(run.outcomes[i]) + ',';
  actions += stringify(currentOutcome());
  for (let i = run.index + 1; i < run.job.steps.length; i++) actions += ',' + stringify({ name: run.job.steps[i].name, outcome: 'skipped', error: null });
  return `{"actions":[${actions}],"mutations":[${allMutations().join(',')}],"logs":[${run.logs.join(',')}]}`;
}

function allMutations() { return writesLog() ? [...run.mutations, logMutation()] : run.mutations; }
function writesLog() { return run.claimLog.length > 0 && !run.hasFailed; }

// What was done so far, and what the next action must know, for a chain that goes on in
// another isolate. It begins with the current step, unless that has come to an end.
function partial(stepEnded) {
  if (stepEnded && writesLog()) noteLogClaim();
  const actions = stepEnded ? [...run.outcomes, currentOutcome()] : run.outcomes;
  const error = run.error === null ? '' : `,"error":${stringify(run.error)}`;
  return `{"actions":${stringify(actions)},"mutations":[${allMutations().join(',')}],"logs":[${run.logs.join(',')}],"state":${stringify({ ...run.state.dump(), size: run.size })}${error}}`;
}

// Also what is done again when microtasks changed something meanwhile.
function finish() {
  if (!run.job.partial) return writeText(report());
  drain();
  settle();
  kernel.restore(); // what the script patched for itself is needed to write what it did
  return writeText(partial(true));
}

// Serves jobs until Python says otherwise. Returns 'left'; 'unfit' with a job that it has
// not begun; 'unfinished' with a job that another isolate must finish (`collect`).
// One way in, also after a throw: a script sees the stack below it, and what another
// threw is none of its business.
kernel.serve = function serve() {
  let threw = true;
  try {
    const ending = serveJobs();
    threw = false;
    return ending;
  } finally {
    // Microtasks are run on the way out, too: they ask nothing for who threw.
    if (threw && run !== null) run.isClosed = true;
  }
};

function serveJobs() {
  let ending = words[REPLY] === THROWN ? takeThrown() : takeJob();
  while (ending === undefined) {
    if (!complete()) return 'unfinished';
    ending = takeJob();
  }
  return ending;
}

function takeThrown() {
  words[REPLY] = JOB;
  kernel.restore(); // or what it threw could not be read
  fail(parse(readText()));
}

// Returns why there is no job, if there is none.
function takeJob() {
  exchange();
  while (words[REPLY] === AGAIN) {
    settle();
    if (now() - run.begunAt > SLOW_MS) fit = kernel.sweep();
    finish();
    exchange();
  }
  run = null;
  if (words[REPLY] !== JOB) return 'left';
  const text = readText();
  if (!fit || !kernel.sweep()) return 'unfit';
  if (words[LITTER] === 1) tidy();
  begin(text);
  return undefined;
}

// After a cancelled run: note the failure, hand over what was done before it. To read the
// live arrays may be cut off too: then this is called again, and they are not.
kernel.collect = () => {
  kernel.restore();
  const failure = parse(readText());
  if (failure !== null) {
    run.isClosed = true;
    look();
    kernel.restore();
    note();
    fail(failure);
  }
  writeText(partial(failure !== null));
};
