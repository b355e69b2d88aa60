# The least that workerd needs to serve worker.js. The socket's address is there for form:
# each process is given a socket that listens already.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(
    name = "main",
    worker = (serviceWorkerScript = embed "worker.js", compatibilityDate = "2025-01-01"),
  )],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
