/**
 * The service definitions for the service managers: systemd, OpenRC, launchd, and the Windows Task
 * Scheduler. Pure.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import { RUNTIME_ENVIRONMENT } from "../../../host/process/runtime_environment.ts";
import { type ServiceFile, type ServicePlan, xmlText } from "./service_plan.ts";
import { windowsPlan, windowsRemoval } from "./windows_task.ts";

/** A service manager that this program supports. */
export type ServiceSystem = "systemd" | "openrc" | "launchd" | "windows";

export const SERVICE_SYSTEMS: readonly ServiceSystem[] = [
  "systemd",
  "openrc",
  "launchd",
  "windows",
];

/**
 * Returns how to make `program`, an absolute path, a service of `system`. Only launchd has a choice
 * of the user that it `runsAs`: the others give any user the right to open every port.
 */
export function servicePlan(
  system: ServiceSystem,
  program: string,
  runsAs: string = LAUNCHD_USER,
): ServicePlan {
  return PLANS[system](program, runsAs);
}

/**
 * Returns the shell script that starts the service, or stops it and removes `files` of it. It ends at
 * the first command that fails: what has not stopped keeps its files.
 */
export function serviceScript(
  system: ServiceSystem,
  plan: ServicePlan,
  files: readonly ServiceFile[] | null,
): string {
  const isWindows = system === "windows";
  const paths = (files ?? []).map(({ path }) => path);
  const remove = isWindows
    ? paths.map(windowsRemoval)
    : [`rm -f ${paths.map(shellWord).join(" ")}`];
  const lines = files === null
    ? plan.start
    : [...plan.stop, ...(files.length > 0 ? remove : []), ...plan.forget];
  return [...(isWindows ? [] : ["set -e"]), ...lines].join("\n");
}

/** Where a package has the program, and its unit. */
export const PACKAGED_PROGRAM = "/usr/bin/httpcfg";
export const PACKAGED_UNIT = "/usr/lib/systemd/system/httpcfg.service";

/** The first line of the files that are not XML. */
const WRITTEN_BY = "# Written by: httpcfg service install";

/** User and group of the service. It has no shell and no home, and owns only its directories. */
const USER = "httpcfg";
/** The same on macOS, where the names of such users begin so. */
export const LAUNCHD_USER = "_httpcfg";
const LABEL = "org.httpcfg.httpcfg";
const LAUNCHD_LIST = `/Library/LaunchDaemons/${LABEL}.plist`;
const LAUNCHD_STDERR = "/var/log/httpcfg/stderr.log";
const TMPFILES = "/etc/tmpfiles.d/httpcfg.conf";

/** Makes the user of launchd's service, with the first number that no user and no group has. */
const LAUNCHD_USER_LINES = [
  "id=300",
  'while dscl . -list /Users UniqueID | grep -qw "$id" ||' +
  ' dscl . -list /Groups PrimaryGroupID | grep -qw "$id"; do id=$((id + 1)); done',
  ...[
    [`/Groups/${LAUNCHD_USER}`, 'PrimaryGroupID "$id"'],
    [
      `/Users/${LAUNCHD_USER}`,
      'UniqueID "$id"',
      `PrimaryGroupID "$(dscl . -read /Groups/${LAUNCHD_USER} PrimaryGroupID | cut -d' ' -f2)"`,
      "UserShell /usr/bin/false",
      "NFSHomeDirectory /var/empty",
      "IsHidden 1",
    ],
  ].map(([record, ...values]) => {
    const make = values.map((value) => `dscl . -create ${record} ${value}`).join(" && ");
    return `dscl . -read ${record} >/dev/null 2>&1 || { ${make}; }`;
  }),
];

const PLANS: Readonly<Record<ServiceSystem, (program: string, runsAs: string) => ServicePlan>> = {
  systemd: (program) => ({
    files: [
      { path: "/etc/systemd/system/httpcfg.service", text: systemdUnit(program), mode: 0o644 },
      {
        path: "/etc/sysusers.d/httpcfg.conf",
        text: `${WRITTEN_BY}\nu ${USER} - "httpcfg HTTP service" /var/lib/httpcfg\n`,
        mode: 0o644,
      },
      { path: TMPFILES, text: tmpfiles(), mode: 0o644 },
      { path: "/etc/systemd/system/httpcfg-fleet.service", text: fleetUnit(program), mode: 0o644 },
    ],
    start: [
      "systemd-sysusers",
      `systemd-tmpfiles --create ${TMPFILES}`,
      "systemctl daemon-reload",
      "systemctl enable --now httpcfg",
      // Without a membership it waits for the next boot, or to be started.
      "systemctl enable --now httpcfg-fleet",
    ],
    stop: [
      // One that was installed before there were fleets has none.
      "systemctl disable --now httpcfg-fleet 2>/dev/null || :",
      "systemctl disable --now httpcfg",
    ],
    // A directory that Debian does not have, unless something else is in it.
    forget: ["systemctl daemon-reload", "rmdir /etc/sysusers.d 2>/dev/null || :"],
  }),
  openrc: (program) => ({
    files: [
      { path: "/etc/init.d/httpcfg", text: openrcScript(program), mode: 0o755 },
      { path: "/etc/init.d/httpcfg-fleet", text: fleetScript(program), mode: 0o755 },
    ],
    start: [
      `grep -q ^${USER}: /etc/group || addgroup -S ${USER}`,
      `id ${USER} >/dev/null 2>&1 || adduser -S -D -H -s /sbin/nologin -G ${USER} ${USER}`,
      "rc-update add httpcfg default",
      "rc-service httpcfg start",
    ],
    // A service that does not run or is not enabled can be removed, too.
    stop: [
      "rc-service --ifexists --ifstarted httpcfg-fleet stop",
      "[ ! -e /etc/runlevels/default/httpcfg-fleet ] || rc-update del httpcfg-fleet default",
      "rc-service --ifstarted httpcfg stop",
      "[ ! -e /etc/runlevels/default/httpcfg ] || rc-update del httpcfg default",
    ],
    forget: [],
  }),
  launchd: (program, runsAs) => ({
    files: [
      { path: LAUNCHD_LIST, text: launchdList(program, runsAs), mode: 0o644 },
      { path: "/etc/newsyslog.d/httpcfg.conf", text: newsyslog(runsAs), mode: 0o644 },
    ],
    start: [
      ...(runsAs === LAUNCHD_USER ? LAUNCHD_USER_LINES : []),
      ...launchdFolders(runsAs),
      // One that is there already is replaced, when it has ended.
      `launchctl bootout system/${LABEL} 2>/dev/null || :`,
      `while launchctl print system/${LABEL} >/dev/null 2>&1; do sleep 1; done`,
      `launchctl enable system/${LABEL}`,
      `launchctl bootstrap system ${LAUNCHD_LIST}`,
    ],
    stop: [
      `! launchctl print system/${LABEL} >/dev/null 2>&1 || launchctl bootout system/${LABEL}`,
    ],
    // The user stays, as what it has written does.
    forget: [],
  }),
  windows: windowsPlan,
};

/**
 * Returns the systemd unit, hardened as far as the program allows. What is left open, and why:
 * MemoryDenyWriteExecute (a JavaScript runtime writes machine code), PrivateUsers (a port below
 * 1024 belongs to the initial user namespace), AF_NETLINK (the addresses of the machine),
 * ProtectHome read-only (a site may serve files from a home directory), PrivateTmp (callers that
 * register a URL show in /tmp who they are; to the service it is read-only).
 *
 * The journal gets the access logs if AccessLogTarget is stdout, and would drop lines beyond 10,000 in
 * half a minute; what the service itself says is limited anyway.
 */
function systemdUnit(program: string): string {
  return `${WRITTEN_BY}
[Unit]
Description=HTTP service of httpcfg
Documentation=man:httpcfg(1)
After=network.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=${systemdWord(program)} serve
ExecReload=${systemdWord(program)} reload
WatchdogSec=30
StandardOutput=journal
LogRateLimitIntervalSec=0
Restart=on-failure
TimeoutStopSec=60

User=${USER}
Group=${USER}
${environment((name, value) => `Environment=${name}=${value}`)}
RuntimeDirectory=httpcfg
LogsDirectory=httpcfg
StateDirectory=httpcfg
CacheDirectory=httpcfg-service
ConfigurationDirectory=httpcfg
ReadWritePaths=-/etc/httpcfg/certs/ACME
UMask=0027
LimitNOFILE=1048576
TasksMax=512

AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
${hardening("ProtectProc=invisible")}
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/**
 * Returns the unit of the agent of a fleet, which changes the document for the service: as root, with
 * the few capabilities that let it write what the service's user owns and keep the owner. It does not
 * depend on the service, which may be stopped and started meanwhile. What is left open besides, and why:
 * ProtectHome read-only (a membership may name files there), UMask (the service's user reads the document
 * and the history that root writes).
 */
function fleetUnit(program: string): string {
  return `${WRITTEN_BY}
[Unit]
Description=Agent of the fleet of httpcfg
Documentation=man:httpcfg-fleet(1)
After=network-online.target httpcfg.service
Wants=network-online.target
ConditionPathExists=/etc/httpcfg/config.json.fleet

[Service]
Type=exec
ExecStart=${systemdWord(program)} fleet agent
Restart=on-failure
RestartSec=5
TimeoutStopSec=60

${environment((name, value) => `Environment=${name}=${value}`)}
CacheDirectory=httpcfg-fleet
ReadWritePaths=/etc/httpcfg -/var/lib/httpcfg
UMask=0022
TasksMax=128

AmbientCapabilities=
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
${hardening("PrivateTmp=yes")}
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** Returns the script for OpenRC of the agent, which whoever joins a fleet adds to a runlevel. */
function fleetScript(program: string): string {
  return `#!/sbin/openrc-run
${WRITTEN_BY}

name="httpcfg-fleet"
description="Agent of the fleet of httpcfg"
command=${shellWord(program)}
command_args="fleet agent"
supervise_daemon_args="--no-new-privs"
supervisor="supervise-daemon"
respawn_delay=5
${environment((name, value) => `export ${name}=${value}`)}

depend() {
	need net
	use dns logger
	after httpcfg
}
`;
}

/** Returns what both units may not do, and `own`, which only one of them may not. */
function hardening(own: string): string {
  return `NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
${own}
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service @pkey`;
}

/** Returns a line of each variable of the service, as `format` writes it. */
function environment(format: (name: string, value: string) => string): string {
  const variables = { HTTPCFG_SYSTEM: "1", ...RUNTIME_ENVIRONMENT };
  return Object.entries(variables).map(([name, value]) => format(name, value)).join("\n");
}

/**
 * Returns the lines that let the service, and nobody else, read the keys that root has imported, and
 * have the store of the certificates that it obtains itself. That one is a pattern, because patterns
 * are applied last, in their order.
 */
function tmpfiles(): string {
  return `${WRITTEN_BY}
d /etc/httpcfg 0755 root root -
d /etc/httpcfg/certs 2750 root ${USER} -
z /etc/httpcfg/certs/* 2750 root ${USER} -
z /etc/httpcfg/certs/*/*.key 0640 root ${USER} -
d /etc/httpcfg/certs/ACME 2750 ${USER} ${USER} -
z /etc/httpcfg/certs/ACM[E] 2750 ${USER} ${USER} -
`;
}

/**
 * Returns the script for OpenRC. The flag of supervise-daemon is given by itself: no_new_privs, the
 * variable for it, fails in OpenRC 0.45, which is Debian's and spells the flag with underscores.
 */
function openrcScript(program: string): string {
  return `#!/sbin/openrc-run
${WRITTEN_BY}

name="httpcfg"
description="HTTP service of httpcfg"
command=${shellWord(program)}
command_args="serve"
command_user="${USER}"
capabilities="^cap_net_bind_service"
supervise_daemon_args="--no-new-privs"
supervisor="supervise-daemon"
respawn_delay=1
rc_ulimit="-n 1048576"
${environment((name, value) => `export ${name}=${value}`)}
export CACHE_DIRECTORY=/var/cache/httpcfg-service
extra_started_commands="reload"

depend() {
	need net
	use dns logger
}

start_pre() {
	checkpath --directory --mode 0755 /etc/httpcfg
	checkpath --directory --owner "root:$command_user" --mode 2750 /etc/httpcfg/certs
	checkpath --directory --owner "$command_user:$command_user" --mode 2750 /etc/httpcfg/certs/ACME
	checkpath --directory --owner "$command_user" --mode 0750 /run/httpcfg /var/log/httpcfg \\
		/var/lib/httpcfg
	checkpath --directory --owner "$command_user" --mode 0700 /var/cache/httpcfg-service
}

reload() {
	ebegin "Reloading $name"
	"$command" reload
	eend $?
}
`;
}

/**
 * Returns the property list for launchd. On macOS only root may open a port below 1024 on a single
 * address; others may on every address at once, and addresses are what this program is for.
 */
function launchdList(program: string, runsAs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by: httpcfg service install -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${xmlText(program)}</string>
    <string>serve</string>
  </array>
  <key>UserName</key>
  <string>${xmlText(runsAs)}</string>
  <key>EnvironmentVariables</key>
  <dict>
${environment((name, value) => `    <key>${name}</key>\n    <string>${value}</string>`)}
  </dict>
  <key>Umask</key>
  <integer>23</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>1</integer>
  <key>ExitTimeOut</key>
  <integer>60</integer>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
  <key>HardResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
  <key>StandardErrorPath</key>
  <string>${LAUNCHD_STDERR}</string>
</dict>
</plist>
`;
}

/**
 * Returns the rule by which macOS turns over what the service writes to stderr: five files of 1 MB,
 * which are not compressed, because launchd opens a new one only when it starts the service again.
 */
function newsyslog(runsAs: string): string {
  return `${WRITTEN_BY}
# file [owner:group] mode count size when flags
${LAUNCHD_STDERR} ${runsAs}: 640 5 1024 * N
`;
}

/**
 * Returns the commands that make the directories of the service its user's, with what is in them:
 * another user may have served before. launchd makes none, and /var/run is empty after a boot, so
 * the run directory is elsewhere on macOS.
 */
function launchdFolders(runsAs: string): string[] {
  const user = shellWord(runsAs);
  const own = "/var/db/httpcfg /var/log/httpcfg /var/lib/httpcfg";
  return [
    `mkdir -p ${own} /etc/httpcfg/certs`,
    `chown -R ${user} ${own}`,
    `chgrp -R "$(id -g ${user})" ${own} /etc/httpcfg/certs`,
    "chmod 755 /var/db/httpcfg /etc/httpcfg",
    "chmod 750 /var/log/httpcfg /var/lib/httpcfg",
    // What root imports is of the group of its directory, so that the service can read the keys.
    "find /etc/httpcfg/certs -type d -exec chmod 2750 {} +",
    "find /etc/httpcfg/certs -name '*.key' -exec chmod 640 {} +",
    // The store of the certificates that the service obtains itself.
    "mkdir -p /etc/httpcfg/certs/ACME",
    `chown -R ${user} /etc/httpcfg/certs/ACME`,
    "chmod 2750 /etc/httpcfg/certs/ACME",
  ];
}

/** Quotes a word of ExecStart: specifiers and variables are not expanded, blanks do not end it. */
function systemdWord(text: string): string {
  const plain = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  return /\s/.test(plain) ? `"${plain}"` : plain;
}
