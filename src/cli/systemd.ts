/** `sennit help systemd`: a unit file for this binary. */

/** Where the binary is expected when this one is run from its source. */
const USUAL_PATH = "/usr/local/bin/sennit";

/** The text of a unit file; comments say what to change and why something isn't stricter. */
export function systemdUnit(): string {
  return unit(Bun.isStandaloneExecutable ? process.execPath : USUAL_PATH);
}

const unit = (binary: string) =>
  `# Save as /etc/systemd/system/sennit.service, then:
#   useradd --system sennit; systemctl daemon-reload; systemctl enable --now sennit
# /etc/sennit/sennit.yml is the configuration. It should name a store that the service may write:
#   store: file:/var/lib/sennit/sennit.state
[Unit]
Description=Sennit, a sharding proxy for Redis and memcached
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart=${binary} -c /etc/sennit/sennit.yml
ExecReload=/bin/kill -HUP $MAINPID
# To upgrade in place, move the new binary to where the old one is, then:
#   systemctl kill --kill-whom=main --signal=USR2 sennit
# The old process, which is the main one until then, says which process is the main one now.
NotifyAccess=main
Restart=on-failure
RestartSec=1
WatchdogSec=30
# More than shutdown_grace; only the main process is asked to stop, it sees to its workers.
TimeoutStopSec=60
KillMode=mixed

User=sennit
Group=sennit
StateDirectory=sennit
LogsDirectory=sennit
RuntimeDirectory=sennit
UMask=0027
# Each client is an open file.
LimitNOFILE=1048576
# For ports below 1024; otherwise leave both empty.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# Names of servers may be looked up over netlink.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute must stay off: the runtime compiles code while it runs.

[Install]
WantedBy=multi-user.target`;
