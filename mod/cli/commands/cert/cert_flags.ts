/**
 * The flags of `cert create`: what to certify, and for how long.
 *
 * @module
 */
import { parseIp } from "../../../base/address.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { type Correction, retype } from "../../../base/hints/retype.ts";
import { isHostName } from "../../../base/host_name.ts";
import type { SelfSignedOptions } from "../../../config/certs/self_signed.ts";
import type { CommandInput } from "../../core/command.ts";
import { nearestNumber } from "../../core/corrections.ts";

const DAYS = 365;
/** A hundred years: beyond it, some readers reach the end of the two-digit years of X.509. */
const DAYS_MAX = 36_500;

/** Returns the options, checked and canonical. Throws a usage Fault. */
export function readSelfSigned(input: CommandInput, nowMs: number): SelfSignedOptions {
  if (!input.flag("self-signed")) {
    throw usageFault(
      "Cannot create a certificate: --self-signed is missing",
      retype(input.commandLine, { add: ["--self-signed"] }, ...missingName(input)),
    );
  }
  const names = input.texts("name").map((text) => readName(text, input));
  const ips = input.texts("ip").map((text) => readAddress(text, input));
  if (names.length + ips.length === 0) {
    throw usageFault(
      "Cannot create a certificate: --name or --ip is missing",
      retype(input.commandLine, ...missingName(input)),
    );
  }
  return { names, ips, days: readDays(input), nowMs };
}

function missingName(input: CommandInput): Correction[] {
  const isNamed = input.texts("name").length + input.texts("ip").length > 0;
  return isNamed ? [] : [{ add: ["--name", "localhost"] }];
}

function readName(text: string, { commandLine }: CommandInput): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (isHostName(name.replace(/^\*\./, "")) && !/^[0-9.]+$/.test(name)) return name;
  const asAddress = [{ flag: "name", from: text, to: null }, { add: ["--ip", text] }] as const;
  const asName = [{ flag: "name", from: text, to: asHostName(text) }] as const;
  throw usageFault(
    `Cannot create a certificate for ${quote(text)}: not a host name`,
    retype(commandLine, ...(parseIp(text) === null ? asName : asAddress)),
  );
}

/** Returns a host name for a text that is none. */
function asHostName(text: string): string {
  const [, host = ""] = /^(?:[a-z]+:\/\/)?([^/:]*)/i.exec(text.trim()) ?? [];
  const name = host.toLowerCase().replace(/[_\s]+/g, "-").replace(/^\.+|\.+$/g, "");
  return isHostName(name) && !/^[0-9.]+$/.test(name) ? name : "localhost";
}

function readAddress(text: string, { commandLine }: CommandInput): string {
  const ip = parseIp(text);
  if (ip !== null && !ip.includes("%")) return ip;
  const bare = parseIp(text.replace(/%.*$|^\[|\](?::[0-9]+)?$|(?<=^[0-9.]+):[0-9]+$/g, ""));
  const removed = { flag: "ip", from: text, to: null } as const;
  const added = bare === null ? ["--name", asHostName(text)] : ["--ip", bare];
  throw usageFault(
    `Cannot create a certificate for ${quote(text)}: not an IP address`,
    retype(commandLine, removed, { add: added }),
  );
}

function readDays(input: CommandInput): number {
  const text = input.text("days");
  if (text === null) return DAYS;
  const days = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && days >= 1 && days <= DAYS_MAX) return days;
  throw usageFault(
    `Cannot use ${quote(text)} for "--days": must be between 1 and ${DAYS_MAX}`,
    retype(input.commandLine, {
      flag: "days",
      to: nearestNumber(text, { min: 1, max: DAYS_MAX, usual: DAYS }),
    }),
  );
}
