/**
 * What to ask each system about itself, and how the answers are shown. The built program cannot read
 * /proc and /sys, a shell can. Pure.
 *
 * @module
 */
import type { WindowsTool } from "../../../../config/store/windows_tool.ts";

/** A script of `sh`, or a tool of Windows. */
export type FactQuestion =
  | { readonly script: string; readonly args?: readonly string[] }
  | { readonly tool: WindowsTool; readonly words: readonly string[] };

/** One run, whose output is one part of the report. */
export interface FactSource {
  readonly section: FactSection;
  readonly question: FactQuestion;
  /** What the tool prints is numbers and words of the system, with nothing of the machine in it. */
  readonly isPlain: boolean;
}

/** The parts of the report that the system is asked for. */
export type FactSection = "System" | "Kernel" | "Limits" | "Service manager" | "Routes" | "Disk";

/** What the questions are about. */
interface FactTarget {
  readonly os: string;
  /** The process of the service; null if none runs. */
  readonly pid: number | null;
  readonly logFolder: string;
}

const LINUX_SYSCTL = [
  "net.core.somaxconn",
  "net.core.netdev_max_backlog",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_nonlocal_bind",
  "net.ipv6.ip_nonlocal_bind",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_max_syn_backlog",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_tw_reuse",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_abort_on_overflow",
  "net.ipv6.bindv6only",
  "net.ipv6.conf.all.disable_ipv6",
  "fs.file-max",
  "fs.file-nr",
  "fs.nr_open",
  "kernel.threads-max",
  "kernel.pid_max",
  "vm.overcommit_memory",
  "vm.swappiness",
];

const BSD_SYSCTL = [
  "kern.ipc.somaxconn",
  "kern.maxfiles",
  "kern.maxfilesperproc",
  "kern.maxproc",
  "net.inet.ip.portrange.first",
  "net.inet.ip.portrange.last",
  "net.inet.ip.portrange.hifirst",
  "net.inet.ip.portrange.hilast",
  "net.inet.tcp.msl",
  "net.inet.tcp.syncookies",
  "net.inet6.ip6.v6only",
];

/** `$1` is a file of /proc or /sys, and what it is called. */
const SHOW = 'show() { [ -r "$1" ] && printf "%s = %s\\n" "$2" "$(tr "\\t\\n" "  " <"$1")"; }';

const LINUX_SYSTEM = `uname -srvm
[ -r /etc/os-release ] && grep -E '^(ID|ID_LIKE|VERSION_ID|PRETTY_NAME)=' /etc/os-release
getconf GNU_LIBC_VERSION 2>/dev/null || { ldd --version 2>&1 | head -n 2; }
printf 'processors = %s\\n' "$(getconf _NPROCESSORS_ONLN)"
grep -E '^(MemTotal|MemAvailable|SwapTotal):' /proc/meminfo
printf 'load = %s\\n' "$(cat /proc/loadavg)"
printf 'uptime = %s\\n' "$(cut -d. -f1 /proc/uptime) s"
[ -r /sys/kernel/security/lsm ] && printf 'security modules = %s\\n' "$(cat /sys/kernel/security/lsm)"
[ -r /sys/module/apparmor/parameters/enabled ] && printf 'AppArmor = %s\\n' "$(cat /sys/module/apparmor/parameters/enabled)"
if [ -r /sys/fs/selinux/enforce ]; then printf 'SELinux enforcing = %s\\n' "$(cat /sys/fs/selinux/enforce)"; else echo 'SELinux = not there'; fi
[ -e /.dockerenv ] && echo 'container = docker'
[ -e /run/.containerenv ] && echo 'container = podman'
[ -d /run/systemd/system ] && echo 'systemd = running'
exit 0`;

const LINUX_KERNEL = `${SHOW}
${LINUX_SYSCTL.map((name) => `show /proc/sys/${name.replaceAll(".", "/")} ${name}`).join("\n")}
exit 0`;

/** `$1` is the process of the service, or "". */
const LINUX_LIMITS =
  `printf 'files of this command = %s, at most %s\\n' "$(ulimit -Sn)" "$(ulimit -Hn)"
cg() { for f in memory.max memory.high memory.current cpu.max cpu.weight pids.max pids.current; do
[ -r "/sys/fs/cgroup$2/$f" ] && printf '%s: %s = %s\\n' "$1" "$f" "$(cat "/sys/fs/cgroup$2/$f")"; done; }
cg 'cgroup of this command' "$(sed -n 's/^0:://p' /proc/self/cgroup)"
[ -n "$1" ] || exit 0
[ -r "/proc/$1/limits" ] && grep -E '^Max (open files|processes|locked memory|address space)' "/proc/$1/limits"
ls "/proc/$1/fd" >/dev/null 2>&1 && printf 'open files of the service = %s\\n' "$(ls "/proc/$1/fd" | wc -l)"
grep -E '^(VmRSS|VmHWM|Threads|NoNewPrivs|Seccomp|CapEff|CapAmb):' "/proc/$1/status"
cg 'cgroup of the service' "$(sed -n 's/^0:://p' "/proc/$1/cgroup")"
exit 0`;

const LINUX_MANAGER = `[ -d /run/systemd/system ] || { echo 'systemd does not run'; exit 0; }
systemctl show httpcfg.service -p LoadState,ActiveState,SubState,Result,NRestarts,ExecMainCode,ExecMainStatus,UnitFileState,Type,LimitNOFILE,MemoryMax,TasksMax,WatchdogUSec,ActiveEnterTimestamp
timedatectl show -p Timezone,NTPSynchronized,LocalRTC 2>/dev/null
exit 0`;

const LINUX_ROUTES =
  `if command -v ip >/dev/null; then ip -4 route show; ip -6 route show; ip rule show
else cat /proc/net/route; fi 2>/dev/null | head -n 60`;

/** `$1` is a directory, which may not be there yet. */
const DISK =
  `df -Pk "$1" | awk 'NR > 1 { printf "room = %s of %s KB free, %s used\\n", $4, $2, $5 }'
df -Pi "$d" 2>/dev/null | awk 'NR > 1 { printf "inodes = %s of %s free\\n", $4, $2 }'`;

const MAC_SYSTEM = `uname -srvm
sw_vers
printf 'processors = %s\\n' "$(sysctl -n hw.ncpu)"
printf 'memory = %s\\n' "$(sysctl -n hw.memsize)"
uptime | sed 's/^.*load/load/'`;

const BSD_SYSTEM = "uname -srm\nsysctl hw.ncpu hw.physmem";

const BSD_KERNEL = `for name in ${BSD_SYSCTL.join(" ")}; do
value=$(sysctl -n $name 2>/dev/null) && printf '%s = %s\\n' $name "$value"; done; exit 0`;

const BSD_LIMITS =
  `printf 'files of this command = %s, at most %s\\n' "$(ulimit -Sn)" "$(ulimit -Hn)"
[ -n "$1" ] && ps -o rss=,nlwp=,stat= -p "$1" 2>/dev/null; exit 0`;

const MAC_MANAGER = `launchctl list 2>/dev/null | grep -i httpcfg || echo 'no job of httpcfg'
systemsetup -getusingnetworktime 2>/dev/null; exit 0`;

/** Returns what to ask a system, in the order of the report. */
export function factSources({ os, pid, logFolder }: FactTarget): FactSource[] {
  const service = { args: [pid === null ? "" : String(pid)] };
  const disk: FactSource = ask("Disk", { script: DISK, args: [logFolder] });
  if (os === "windows") return WINDOWS;
  if (os === "linux") {
    return [
      ask("System", { script: LINUX_SYSTEM }),
      ask("Kernel", { script: LINUX_KERNEL }),
      ask("Limits", { script: LINUX_LIMITS, ...service }),
      ask("Service manager", { script: LINUX_MANAGER }),
      ask("Routes", { script: LINUX_ROUTES }, false),
      disk,
    ];
  }
  return [
    ask("System", { script: os === "darwin" ? MAC_SYSTEM : BSD_SYSTEM }),
    ask("Kernel", { script: BSD_KERNEL }),
    ask("Limits", { script: BSD_LIMITS, ...service }),
    ...(os === "darwin" ? [ask("Service manager", { script: MAC_MANAGER })] : []),
    ask("Routes", { script: "netstat -rn | head -n 60" }, false),
    disk,
  ];
}

const WINDOWS: FactSource[] = [
  ask("System", { tool: "cmd", words: ["/d", "/c", "ver"] }),
  ...["ipv4", "ipv6"].flatMap((family) => [
    ask("Kernel", { tool: "netsh", words: ["interface", family, "show", "dynamicport", "tcp"] }),
    ask("Kernel", {
      tool: "netsh",
      words: ["interface", family, "show", "excludedportrange", "tcp"],
    }),
  ]),
  // Its listing names the account and the machine.
  ask(
    "Service manager",
    { tool: "schtasks", words: ["/query", "/tn", "httpcfg", "/fo", "list"] },
    false,
  ),
  ask("Routes", { tool: "netstat", words: ["-rn"] }, false),
];

function ask(section: FactSection, question: FactQuestion, isPlain = true): FactSource {
  return { section, question, isPlain };
}

/** Lines of an answer, without those that say nothing. */
export function factLines(output: string): string[] {
  return output.split(/\r?\n/).map((line) => line.trimEnd()).filter((line) => line !== "");
}
