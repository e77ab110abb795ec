/**
 * The service definitions for the service managers: systemd, OpenRC, launchd, and the Windows Task
 * Scheduler. Pure.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";

/** A service manager that this program supports. */
export type ServiceSystem = "systemd" | "openrc" | "launchd" | "windows";

export const SERVICE_SYSTEMS: readonly ServiceSystem[] = [
  "systemd",
  "openrc",
  "launchd",
  "windows",
];

/** One file of the service. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/** An installation: the files to write, and the commands to start and stop the service. */
export interface ServicePlan {
  readonly files: readonly ServiceFile[];
  /** Commands that start it, now and at boot. */
  readonly start: readonly string[];
  /** Commands that stop it for good. */
  readonly stop: readonly string[];
}

/** Returns how to make `program`, an absolute path, a service of `system`. */
export function servicePlan(system: ServiceSystem, program: string): ServicePlan {
  return PLANS[system](program);
}

/** User and group of the service. It has no shell and no home, and owns only its directories. */
const USER = "httpcfg";
const LABEL = "org.httpcfg.httpcfg";
const TMPFILES = "/etc/tmpfiles.d/httpcfg.conf";

const PLANS: Readonly<Record<ServiceSystem, (program: string) => ServicePlan>> = {
  systemd: (program) => ({
    files: [
      { path: "/etc/systemd/system/httpcfg.service", text: systemdUnit(program), mode: 0o644 },
      {
        path: "/etc/sysusers.d/httpcfg.conf",
        text: `u ${USER} - "httpcfg HTTP service" /var/lib/httpcfg\n`,
        mode: 0o644,
      },
      { path: TMPFILES, text: tmpfiles(), mode: 0o644 },
    ],
    start: [
      "systemd-sysusers",
      `systemd-tmpfiles --create ${TMPFILES}`,
      "systemctl daemon-reload",
      "systemctl enable --now httpcfg",
    ],
    stop: ["systemctl disable --now httpcfg", "systemctl daemon-reload"],
  }),
  openrc: (program) => ({
    files: [{ path: "/etc/init.d/httpcfg", text: openrcScript(program), mode: 0o755 }],
    start: [
      `grep -q ^${USER}: /etc/group || addgroup -S ${USER}`,
      `id ${USER} >/dev/null 2>&1 || adduser -S -D -H -s /sbin/nologin -G ${USER} ${USER}`,
      "rc-update add httpcfg default",
      "rc-service httpcfg start",
    ],
    stop: ["rc-service httpcfg stop", "rc-update del httpcfg default"],
  }),
  launchd: (program) => ({
    files: [{
      path: `/Library/LaunchDaemons/${LABEL}.plist`,
      text: launchdList(program),
      mode: 0o644,
    }],
    start: [`launchctl bootstrap system /Library/LaunchDaemons/${LABEL}.plist`],
    stop: [`launchctl bootout system/${LABEL}`],
  }),
  windows: (program) => ({
    files: [{
      path: "C:\\ProgramData\\httpcfg\\task.xml",
      text: windowsTask(program),
      mode: 0o644,
    }],
    start: [
      "schtasks /Create /TN httpcfg /XML C:\\ProgramData\\httpcfg\\task.xml",
      "schtasks /Run /TN httpcfg",
    ],
    stop: ["schtasks /End /TN httpcfg", "schtasks /Delete /TN httpcfg /F"],
  }),
};

/**
 * Returns the systemd unit, hardened as far as the program allows. What is left open, and why:
 * MemoryDenyWriteExecute (a JavaScript runtime writes machine code), PrivateUsers (a port below
 * 1024 belongs to the initial user namespace), AF_NETLINK (the addresses of the machine),
 * ProtectHome read-only (a site may serve files from a home directory), PrivateTmp (callers that
 * register a URL show in /tmp who they are; to the service it is read-only).
 */
function systemdUnit(program: string): string {
  return `# Written by: httpcfg service install
[Unit]
Description=HTTP service of httpcfg
After=network.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=${systemdWord(program)} serve
WatchdogSec=30
Restart=on-failure
TimeoutStopSec=60

User=${USER}
Group=${USER}
Environment=HTTPCFG_SYSTEM=1
RuntimeDirectory=httpcfg
LogsDirectory=httpcfg
StateDirectory=httpcfg
CacheDirectory=httpcfg-service
ConfigurationDirectory=httpcfg
UMask=0027
LimitNOFILE=1048576
TasksMax=512

AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
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
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service @pkey
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** Returns the lines that let the service, and nobody else, read the keys that root has imported. */
function tmpfiles(): string {
  return `d /etc/httpcfg 0755 root root -
d /etc/httpcfg/certs 2750 root ${USER} -
z /etc/httpcfg/certs/* 2750 root ${USER} -
z /etc/httpcfg/certs/*/*.key 0640 root ${USER} -
`;
}

function openrcScript(program: string): string {
  return `#!/sbin/openrc-run
# Written by: httpcfg service install

name="httpcfg"
description="HTTP service of httpcfg"
command=${shellWord(program)}
command_args="serve"
command_user="${USER}"
capabilities="^cap_net_bind_service"
no_new_privs="yes"
supervisor="supervise-daemon"
respawn_delay=1
rc_ulimit="-n 1048576"
export HTTPCFG_SYSTEM=1
export CACHE_DIRECTORY=/var/cache/httpcfg-service

depend() {
	need net
	use dns logger
}

start_pre() {
	checkpath --directory --mode 0755 /etc/httpcfg
	checkpath --directory --owner "root:$command_user" --mode 2750 /etc/httpcfg/certs
	checkpath --directory --owner "$command_user" --mode 0750 /run/httpcfg /var/log/httpcfg \\
		/var/lib/httpcfg
	checkpath --directory --owner "$command_user" --mode 0700 /var/cache/httpcfg-service
}
`;
}

/**
 * Returns the property list for launchd. It names no user, so the service is root: on macOS others may
 * open a port below 1024 only on every address, and addresses are what this program is for.
 */
function launchdList(program: string): string {
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
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
  <key>StandardErrorPath</key>
  <string>/var/log/httpcfg.log</string>
</dict>
</plist>
`;
}

/** A program without a service entry point fails with error 1053 there; a task at boot does not. */
function windowsTask(program: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by: httpcfg service install -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>HTTP service of httpcfg</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Service">
      <UserId>S-1-5-19</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Service">
    <Exec>
      <Command>${xmlText(program)}</Command>
      <Arguments>serve</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** Quotes a word of ExecStart: specifiers and variables are not expanded, blanks do not end it. */
function systemdWord(text: string): string {
  const plain = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  return /\s/.test(plain) ? `"${plain}"` : plain;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
