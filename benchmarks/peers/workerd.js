// The end of what workerd runs, after the shim and a workload's script: `serve` is given the
// workload's function, and calls it with each request's body in the one scope that there is.
function serve(action) {
  const answer = (request) => request.text().then(
    (context) => new Response(run(action, context)),
  ).catch((error) => new Response(String(error), { status: 500 }));
  addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
}
