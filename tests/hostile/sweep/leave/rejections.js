// Rejections that nobody handles, or too late.
// Nothing is left.
function leave() {
  const reasons = [1, 'text', null, {}, new Error('leak'), { get stack() { leak = 1; return 'leak'; } }, Symbol('leak')];
  for (const reason of reasons) Promise.reject(reason);
  const late = Promise.reject(new Error('late'));
  Promise.resolve().then(() => Promise.resolve()).then(() => late.catch(() => { leak = 2; }));
  Promise.any([late]);
  import('nowhere');
}
