/**
 * Bind errors that say what could not be bound, why, and which processes own the port. The system's
 * own errors contain only the text of an error number.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import { Fault, messageOf, quote } from "../../base/fault.ts";
import { ADDRESS_ABSENT } from "./address_table.ts";
import { NO_DEVICE } from "./ask_system.ts";
import { describeOwners, portInUseHint, type PortOwner } from "./port_owner.ts";

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
    { reason, hint, cause }: { reason: string; hint: string; cause: unknown },
  ) {
    super(`Cannot listen on ${quote(formatEndpoint(endpoint))}: ${reason}`, { hint, cause });
    this.reason = reason;
  }

  /** True if the machine does not have the address now, so that waiting may help. */
  get isAbsent(): boolean {
    return this.code === ADDRESS_ABSENT_CODE;
  }
}

/**
 * Returns the fault for `error`, thrown by an attempt to listen on `endpoint`, owned by `holders`.
 */
export function bindFault(
  endpoint: Endpoint,
  error: unknown,
  holders: readonly PortOwner[],
  os: string,
): BindFault {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const message = messageOf(error);
  const text = typeof code === "string" ? code : NO_DEVICE.test(message) ? ADDRESS_ABSENT_CODE : "";
  const { reason, hint } = explain(endpoint, text, holders, os) ??
    { reason: message, hint: `check whether this machine can use ${endpoint.ip}` };
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
          : `the port is held by ${describeOwners(holders)}`,
        hint: portInUseHint(holders, endpoint.port, os),
      };
    case ADDRESS_ABSENT_CODE:
      return {
        reason: ADDRESS_ABSENT,
        hint: "compare the output of httpcfg query iplisten with the addresses of this machine",
      };
    case "EACCES":
    case "EPERM":
      return {
        reason: "permission denied",
        hint: endpoint.port < 1024
          ? "choose port 1024 or higher, or start it with permission to bind lower ports"
          : "find out what reserves the port on this system",
      };
    case "EMFILE":
    case "ENFILE":
      return {
        reason: "too many open files",
        hint: "raise the limit before starting: ulimit -n 65536",
      };
    case "EAFNOSUPPORT":
      return {
        reason: "the system does not support this kind of address",
        hint: "remove the IPv6 addresses from the list, or enable IPv6",
      };
    default:
      return null;
  }
}
