/**
 * Bind errors that name what could not be bound, why, and who is in the way: the system's own carry
 * only the text of an error number.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import { Fault, quote } from "../../base/fault.ts";
import { describeOwner, ownerCommand, type PortOwner } from "./port_owner.ts";

/** Codes of a bind that may work later without anyone doing anything: the address is not there. */
const ADDRESS_ABSENT_CODE = "EADDRNOTAVAIL";

/** A socket could not be bound. */
export class BindFault extends Fault {
  /** The message without what was tried. */
  readonly reason: string;

  constructor(
    readonly endpoint: Endpoint,
    /** The system's name of the error, such as EADDRINUSE; "" where it gave none. */
    readonly code: string,
    readonly holders: readonly PortOwner[],
    { reason, hint, cause }: { reason: string; hint: string; cause: unknown },
  ) {
    super(`Cannot listen on ${quote(formatEndpoint(endpoint))}: ${reason}`, { hint, cause });
    this.reason = reason;
  }

  /** True where the machine does not have the address now, so that waiting may help. */
  get isAbsent(): boolean {
    return this.code === ADDRESS_ABSENT_CODE;
  }
}

/** The fault for `error`, thrown by the attempt to listen on `endpoint` while `holders` had it. */
export function bindFault(
  endpoint: Endpoint,
  error: unknown,
  holders: readonly PortOwner[],
  os: string,
): BindFault {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const text = typeof code === "string" ? code : "";
  const message = error instanceof Error ? error.message : String(error);
  const { reason, hint } = explain(endpoint, text, holders, os) ??
    { reason: message, hint: `see whether this machine can use ${endpoint.ip}` };
  return new BindFault(endpoint, text, holders, { reason, hint, cause: error });
}

function explain(
  endpoint: Endpoint,
  code: string,
  holders: readonly PortOwner[],
  os: string,
): { reason: string; hint: string } | null {
  switch (code) {
    case "EADDRINUSE":
      return {
        reason: holders.length === 0
          ? "the port is in use on this address"
          : `the port is held by ${holders.map(describeOwner).join(" and ")}`,
        hint: holders[0]?.pid
          ? `stop that process (kill ${holders[0].pid}), or choose another port or address`
          : `find the process that holds it: ${ownerCommand(endpoint.port, os)}`,
      };
    case ADDRESS_ABSENT_CODE:
      return {
        reason: "no interface of this machine has the address",
        hint: "compare httpcfg query iplisten with the addresses of the machine",
      };
    case "EACCES":
    case "EPERM":
      return {
        reason: "the system does not allow this user to bind the port",
        hint: endpoint.port < 1024
          ? "choose a port from 1024 up, or start it with the right to bind lower ones"
          : "ask what reserves the port on this system",
      };
    case "EMFILE":
    case "ENFILE":
      return {
        reason: "too many open files",
        hint: "allow more before starting: ulimit -n 65536",
      };
    case "EAFNOSUPPORT":
      return {
        reason: "the system has no support for this kind of address",
        hint: "take the IPv6 addresses off the list, or turn IPv6 on",
      };
    default:
      return null;
  }
}
