# The server as some tests run it: alerts reach this machine, where the test's receiver is, and nothing else.
# No package holds this file.

using Workerd = import "/workerd/workerd.capnp";
using Own = import "workerd.capnp";

const config :Workerd.Config = (
  services = .services,
  v8Flags = Own.v8Flags,
  sockets = [ Own.counter, Own.manager, Own.managerSix, Own.public, Own.watch ],
);

const configIpv4 :Workerd.Config = (
  services = .services,
  v8Flags = Own.v8Flags,
  sockets = [ Own.counter, Own.manager, Own.public, Own.watch ],
);

const services :List(Workerd.Service) = [
  (name = "server", worker = Own.server),
  (name = "site", disk = (path = "dist")),
  (name = "objects", disk = (path = "data/objects", writable = true)),
  (name = "nobody", network = (allow = [])),
  (name = "alerts", network = (allow = ["local"])),
];
