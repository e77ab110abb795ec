/**
 * The flags of `cert create`: what to certify, and for how long.
 *
 * @module
 */
import { parseIp } from "../../../base/address.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { isHostName } from "../../../base/host_name.ts";
import type { SelfSignedOptions } from "../../../config/certs/self_signed.ts";
import type { CommandInput } from "../../core/command.ts";

const EXAMPLE = "httpcfg cert create --self-signed --name www.example.com --ip 192.168.1.10";
const DAYS = 365;
/** A hundred years: beyond it, some readers reach the end of the two-digit years of X.509. */
const DAYS_MAX = 36_500;

/** Returns the options, checked and canonical. Throws a usage Fault. */
export function readSelfSigned(input: CommandInput, nowMs: number): SelfSignedOptions {
  if (!input.flag("self-signed")) {
    throw usageFault("Cannot create a certificate: --self-signed is missing", EXAMPLE);
  }
  const names = input.texts("name").map(readName);
  const ips = input.texts("ip").map(readAddress);
  if (names.length + ips.length === 0) {
    throw usageFault("Cannot create a certificate: --name or --ip is missing", EXAMPLE);
  }
  return { names, ips, days: readDays(input.text("days")), nowMs };
}

function readName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (isHostName(name.replace(/^\*\./, "")) && !/^[0-9.]+$/.test(name)) return name;
  const isAddress = parseIp(text) !== null;
  throw usageFault(
    `Cannot create a certificate for ${quote(text)}: not a host name`,
    isAddress ? `--ip ${text}` : EXAMPLE,
  );
}

function readAddress(text: string): string {
  const ip = parseIp(text);
  if (ip !== null && !ip.includes("%")) return ip;
  throw usageFault(`Cannot create a certificate for ${quote(text)}: not an IP address`, EXAMPLE);
}

function readDays(text: string | null): number {
  if (text === null) return DAYS;
  const days = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && days >= 1 && days <= DAYS_MAX) return days;
  throw usageFault(
    `Cannot use ${quote(text)} for "--days": must be between 1 and ${DAYS_MAX}`,
    "--days 365",
  );
}
