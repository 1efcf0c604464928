# The server on plain workerd: what `cargo xtask serve`, the tests and a province's own machine run.
# Paths and addresses are given on the command line; words come from the environment:
#   SETUP_CODE  one-time code that creates the first operator of an empty server
#   CLOCK       "real", or "settable" for the tests and the sample
#   PUBLIC_URL  where everybody reads what is public, for the link on the managers' page
#   COUNTER_URL where new devices find the counter's page; the QR of an enrolment code holds it
#   MACHINE_TOKEN  with it the program that starts this tells of its machine; drawn at each start
#   RELEASE     "daily" (05:00, UTC+7), or "when-ten" as soon as ten responses are waiting

using Workerd = import "/workerd/workerd.capnp";

# The manager's host is `localhost`, which a browser may look up as either address.
const config :Workerd.Config = (
  services = .services,
  v8Flags = .v8Flags,
  sockets = [ .counter, .manager, .managerSix, .public, .watch ],
);

# The same for a machine without IPv6.
const configIpv4 :Workerd.Config = (
  services = .services,
  v8Flags = .v8Flags,
  sockets = [ .counter, .manager, .public, .watch ],
);

# Megabytes of the heap's youngest part, 16 where nothing is said: what a request makes is gone with it, and the
# process takes 40 to 80 MB less without computing more (docs/BENCHMARKS.md).
const v8Flags :List(Text) = [ "--max-semi-space-size=2" ];

const services :List(Workerd.Service) = [
  (name = "server", worker = .server),
  (name = "site", disk = (path = "dist")),
  (name = "objects", disk = (path = "data/objects", writable = true)),
  # The server calls nobody, but for alerts, by a door of their own, to public addresses.
  (name = "nobody", network = (allow = [])),
  (name = "alerts", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true))),
];

# The socket a request came in by gives its role. workerd replaces a header of this name that a client sent.
const counter :Workerd.Socket = (
  name = "counter",
  address = "127.0.0.1:8787",
  service = "server",
  http = (injectRequestHeaders = [(name = "x-hai-long-role", value = "counter")]),
);

const manager :Workerd.Socket = (
  name = "manager",
  address = "127.0.0.1:8788",
  service = "server",
  http = (injectRequestHeaders = [(name = "x-hai-long-role", value = "manager")]),
);

const managerSix :Workerd.Socket = (
  name = "manager-six",
  address = "[::1]:8788",
  service = "server",
  http = (injectRequestHeaders = [(name = "x-hai-long-role", value = "manager")]),
);

# What is public of a unit (docs/adr/0037): read only, for everybody.
const public :Workerd.Socket = (
  name = "public",
  address = "127.0.0.1:8790",
  service = "server",
  http = (injectRequestHeaders = [(name = "x-hai-long-role", value = "public")]),
);

# How the server is (docs/adr/0023): /health and /metrics, for this machine alone. Never give it to a proxy.
const watch :Workerd.Socket = (
  name = "watch",
  address = "127.0.0.1:8789",
  service = "server",
  http = (injectRequestHeaders = [(name = "x-hai-long-role", value = "watch")]),
);

const server :Workerd.Worker = (
  modules = [
    (name = "entry.mjs", esModule = embed "../dist/worker/entry.mjs"),
    (name = "survey_worker.js", esModule = embed "../dist/worker/survey_worker.js"),
    (name = "survey_worker_bg.wasm", wasm = embed "../dist/worker/survey_worker_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  globalOutbound = "nobody",
  bindings = [
    (name = "ASSETS", service = "site"),
    (name = "ALERTS", service = "alerts"),
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
    (name = "ROLLUP", durableObjectNamespace = "Rollup"),
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
    (name = "SETUP_CODE", fromEnvironment = "SETUP_CODE"),
    (name = "CLOCK", fromEnvironment = "CLOCK"),
    (name = "RELEASE", fromEnvironment = "RELEASE"),
    (name = "COUNTER_URL", fromEnvironment = "COUNTER_URL"),
    (name = "PUBLIC_URL", fromEnvironment = "PUBLIC_URL"),
    (name = "MACHINE_TOKEN", fromEnvironment = "MACHINE_TOKEN"),
  ],
  # An object's id is derived from its class's key: a changed key is lost data.
  durableObjectNamespaces = [
    (className = "Ledger", uniqueKey = "hai-long-ledger-b6f0a7d14c52", enableSql = true),
    (className = "Rollup", uniqueKey = "hai-long-rollup-53c9e80f2a71", enableSql = true),
    (className = "Directory", uniqueKey = "hai-long-directory-e41d7b96c038", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
);
