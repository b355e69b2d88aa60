// What an action asks of the broker: `fetch`, and the metadata of its user.
//
// A request is one JSON text, {"type", "step", "seconds", …}: `step` is the action's place in
// the chain, `seconds` how long an answer may take. The answer is {"document": …} or {"failure": {"kind", "message"}}, and a failure is
// thrown. Asking is for an action that runs, in its own time: not for what it left behind,
// nor for scripts that are only looked at.

const { parse } = JSON;
const { hasOwn } = Object;
const MAX_MESSAGE = 1000; // the kind of an uncaught error is found by its text, which is cut

// Characters of a request.
kernel.MAX_REQUEST = 2 ** 20;

kernel.tooLong = (kind, length) =>
  kernel.hostError(kind, `the request is longer than ${kernel.MAX_REQUEST} characters: ${length}`);

// Returns what asks for the action that is under way. `kind` is that of what is not even
// asked, `refuse` makes the error for a script that is checked.
kernel.caller = (run, kind, refuse) => {
  const { index } = run;
  return (type, fields) => {
    if (run.job.check) throw refuse();
    if (!kernel.isRunning(run, index)) throw kernel.hostError(kind, 'the action has ended');
    if (run.excess !== null) throw kernel.hostError('output_limit', run.excess);
    const request = `{"type":"${type}","step":${index},"seconds":${kernel.secondsToAsk()}${fields}}`;
    if (request.length > kernel.MAX_REQUEST) throw kernel.tooLong(kind, request.length);
    const answer = parse(kernel.call(request));
    if (!hasOwn(answer, 'failure')) return answer.document;
    throw kernel.hostError(answer.failure.kind, line(answer.failure.message));
  };
};

// V8's account of an error, from which it is read back, is by lines and ends at a NUL.
function line(message) {
  let text = '';
  for (let i = 0; i < message.length && i < MAX_MESSAGE; i++) text += message[i] < ' ' ? '?' : message[i];
  return text;
}
