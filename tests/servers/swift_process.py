"""OpenStack Swift in one process: account, container and object server, and the proxy with S3, on free ports.

Run by the interpreter of the servers' environment, which alone has Swift: `python swift_process.py FOLDER`, with the
secret of the only user in SWIFT_SECRET. Prints its address when it listens.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import Any

BACKENDS = ("account", "container", "object")
PIPELINE = (
    "catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo versioned_writes symlink "
    "proxy-server"
)

COMMON = """\
[DEFAULT]
swift_dir = {folder}
devices = {folder}/srv
user = {user}
bind_ip = 127.0.0.1
bind_port = {port}
mount_check = false
disable_fallocate = true
fallocate_reserve = 0

"""

BACKEND = """\
[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""

PROXY = f"""\
[pipeline:main]
pipeline = {PIPELINE}

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:s3api]
use = egg:swift#s3api
location = us-east-1

[filter:tempauth]
use = egg:swift#tempauth
user_ablation_tester = {{secret}} .admin

""" + "".join(
    f"[filter:{name}]\nuse = egg:swift#{name}\n\n"
    for name in PIPELINE.split()
    if name not in ("s3api", "tempauth", "proxy-server")
)


def main(folder: Path) -> None:
    """Serve until the process is ended."""
    import eventlet

    # Before anything of Swift is imported.
    eventlet.monkey_patch()
    sockets = {name: eventlet.listen(("127.0.0.1", 0), reuse_port=False) for name in (*BACKENDS, "proxy")}
    ports = {name: socket.getsockname()[1] for name, socket in sockets.items()}
    configure(folder, ports)
    apps = load(folder, ports)
    servers = [eventlet.spawn(serve, sockets[name], apps[name]) for name in sockets]
    print(f"Swift listens on http://127.0.0.1:{ports['proxy']}", flush=True)
    for server in servers:
        server.wait()


def configure(folder: Path, ports: dict[str, int]) -> None:
    """Write the configuration of the four servers."""
    (folder / "srv" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(f"[swift-hash]\nswift_hash_path_suffix = {secrets.token_hex(8)}\n")
    user = getpass.getuser()
    for name, port in ports.items():
        text = COMMON.format(folder=folder, user=user, port=port)
        text += BACKEND.format(name=name) if name in BACKENDS else PROXY.format(secret=os.environ["SWIFT_SECRET"])
        (folder / f"{name}.conf").write_text(text)


def load(folder: Path, ports: dict[str, int]) -> dict[str, Any]:
    """Return the four applications, each knowing the ports of the others."""
    from swift.common import storage_policy, utils
    from swift.common.wsgi import loadapp

    utils.set_swift_dir(str(folder))
    storage_policy.reload_storage_policies()
    for name in BACKENDS:
        save_ring(folder / f"{name}.ring.gz", ports[name])
    return {
        name: loadapp(str(folder / f"{name}.conf"), global_conf={"log_name": name}) for name in (*BACKENDS, "proxy")
    }


def save_ring(path: Path, port: int) -> None:
    """Write the map from keys to the devices of one server: there is one device."""
    from swift.common.ring import RingBuilder

    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(str(path))


def serve(socket: Any, app: Any) -> None:
    """Answer requests."""
    from eventlet import wsgi
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.utils import NullLogger

    wsgi.server(
        socket, app, NullLogger(), protocol=SwiftHttpProtocol, capitalize_response_headers=False, log_output=False
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
