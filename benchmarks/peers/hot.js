// A workload's function called again and again in plain Node, as fast as that gets:
//     node hot.js SCRIPT NAME CONTEXT SECONDS
// Prints microseconds of CPU and of time for one call, when hot, and the outcome.
const fs = require('node:fs');
const path = require('node:path');

const [script, name, contextFile, seconds] = process.argv.slice(2);
const shim = fs.readFileSync(path.join(__dirname, 'shim.js'), 'utf8');
const source = fs.readFileSync(script, 'utf8');
const call = new Function(`${shim}\n${source}\nreturn (context) => run(${name}, context);`)();
const context = fs.readFileSync(contextFile, 'utf8');

function callFor(milliseconds) {
  const until = performance.now() + milliseconds;
  let calls = 0;
  while (performance.now() < until) {
    call(context);
    calls += 1;
  }
  return calls;
}

callFor(seconds * 500);
const before = process.cpuUsage();
const calls = callFor(seconds * 1000);
const spent = process.cpuUsage(before);
process.stdout.write(JSON.stringify({
  cpu_us: (spent.user + spent.system) / calls,
  calls,
  node: process.versions.node,
  v8: process.versions.v8,
  outcome: JSON.parse(call(context)),
}));
