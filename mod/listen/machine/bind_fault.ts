/**
 * Bind errors that say what could not be bound, why, and which processes own the port. The system's
 * own errors contain only the text of an error number.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, type Ip, isIpv4, isLoopback } from "../../base/address.ts";
import { Fault, messageOf, quote, shellWord } from "../../base/fault.ts";
import { hintOf } from "../../base/hints/hints.ts";
import { ADDRESS_ABSENT, LOOPBACK_ABSENT } from "./address_table.ts";
import { NO_DEVICE } from "./ask_system.ts";
import { describeOwners, endOwners, type PortOwner } from "./port_owner.ts";

/** The code of a bind that may succeed later without any action: the machine lacks the address. */
const ADDRESS_ABSENT_CODE = "EADDRNOTAVAIL";

/** A socket could not be bound. */
export class BindFault extends Fault {
  /** The message without what was attempted. */
  readonly reason: string;

  constructor(
    readonly endpoint: Endpoint,
    /** The system's name of the error, such as EADDRINUSE; "" if it gave none. */
    readonly code: string,
    readonly holders: readonly PortOwner[],
    { reason, hint, cause }: {
      readonly reason: string;
      readonly hint: string | undefined;
      readonly cause: unknown;
    },
  ) {
    super(`Cannot listen on ${quote(formatEndpoint(endpoint))}: ${reason}`, { hint, cause });
    this.reason = reason;
  }

  /** Returns the fault with another hint. */
  withHint(hint: string | undefined): BindFault {
    const { endpoint, code, holders, reason, cause } = this;
    return new BindFault(endpoint, code, holders, { reason, hint, cause });
  }

  /** True if the machine does not have the address now, so that waiting may help. */
  get isAbsent(): boolean {
    return this.code === ADDRESS_ABSENT_CODE;
  }
}

/** The process that binds, as far as what it may bind depends on it. */
export interface Binder {
  readonly os: string;
  /** Its executable file, if the file alone is this program; null if a runtime runs it. */
  readonly executable: string | null;
  /** The document that it serves; null for that of the system's service. */
  readonly document: string | null;
}

/**
 * Returns the fault for `error`, thrown by an attempt to listen on `endpoint`, owned by `holders`.
 */
export function bindFault(
  endpoint: Endpoint,
  error: unknown,
  holders: readonly PortOwner[],
  binder: Binder,
): BindFault {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const message = messageOf(error);
  const text = NO_DEVICE.test(message) ? ADDRESS_ABSENT_CODE : typeof code === "string" ? code : "";
  const { reason, hint } = explain(endpoint, text, holders, binder) ??
    { reason: message, hint: listAddresses(binder.os) };
  return new BindFault(endpoint, text, holders, { reason, hint, cause: error });
}

function explain(
  endpoint: Endpoint,
  code: string,
  holders: readonly PortOwner[],
  binder: Binder,
): { readonly reason: string; readonly hint: string | undefined } | null {
  switch (code) {
    case "EADDRINUSE":
      return {
        reason: holders.length === 0
          ? "the port is in use on this address"
          : `the port is held by ${describeOwners(holders)}`,
        hint: endOwners(holders, endpoint.port, binder.os),
      };
    case ADDRESS_ABSENT_CODE:
      return lacksLoopback(endpoint.ip, binder.os)
        ? { reason: LOOPBACK_ABSENT, hint: addLoopback(endpoint.ip) }
        : { reason: ADDRESS_ABSENT, hint: listAddresses(binder.os) };
    case "EACCES":
    case "EPERM":
      if (binder.os === "windows") return forbiddenOnWindows(endpoint, holders);
      return { reason: "permission denied", hint: hintOf(allowPort(endpoint.port, binder)) };
    case "EMFILE":
    case "ENFILE":
      return {
        reason: "too many open files",
        hint: binder.os === "windows" ? undefined : 'ulimit -n "$(ulimit -Hn)"',
      };
    case "EAFNOSUPPORT":
      return {
        reason: "the system does not support this kind of address",
        hint: "httpcfg set iplisten --except ::",
      };
    default:
      return null;
  }
}

/**
 * Explains WSAEACCES: every user may bind every port, but not one of a range that Windows keeps, as
 * for Hyper-V, nor one that a program has with SO_EXCLUSIVEADDRUSE.
 */
function forbiddenOnWindows(
  { ip, port }: Endpoint,
  holders: readonly PortOwner[],
): { readonly reason: string; readonly hint: string | undefined } {
  const family = isIpv4(ip) ? "ipv4" : "ipv6";
  return {
    reason: holders.length === 0
      ? "Windows keeps the port, or a program has it for itself alone"
      : `the port is held by ${describeOwners(holders)}`,
    hint: hintOf([`httpcfg who ${port}`, `netsh int ${family} show excludedportrange tcp`]),
  };
}

/** Returns the command that lists the addresses of the machine. */
function listAddresses(os: string): string {
  return os === "windows" ? "ipconfig" : os === "linux" ? "ip address" : "ifconfig";
}

/** Reports whether loopback of the system has the address only if it was given it. */
function lacksLoopback(ip: Ip, os: string): boolean {
  return isIpv4(ip) && isLoopback(ip) && os !== "linux" && os !== "windows";
}

/** Returns the command that gives loopback an address, on macOS and the BSDs. */
export function addLoopback(ip: Ip): string {
  return `sudo ifconfig lo0 alias ${ip} up`;
}

/** Returns what lets this program bind `port`, which the system keeps for others. */
function allowPort(port: number, { os, executable, document }: Binder): string[] {
  const whole = document === null ? "" : `sudo httpcfg config import ${shellWord(document)} && `;
  const service = `${whole}sudo httpcfg service install | sudo sh`;
  if (os !== "linux") return [service];
  const lower = `sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}`;
  // The security module may keep a port that every program may bind otherwise.
  if (port >= 1024) return [lower, `sudo semanage port -a -t http_port_t -p tcp ${port}`];
  // The capability of a script, or of a runtime that other programs use too, would be no such thing.
  const capable = executable === null
    ? []
    : [`sudo setcap cap_net_bind_service=+ep ${shellWord(executable)}`];
  return [service, ...capable, lower];
}
