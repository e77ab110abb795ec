/**
 * What `cert create` is to make, from its flags.
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
/** A hundred years: beyond it lies the end of two-digit years of X.509 for some readers. */
const DAYS_MAX = 36_500;

/** Checked and canonical. Throws a usage Fault. */
export function readSelfSigned(input: CommandInput, nowMs: number): SelfSignedOptions {
  if (!input.flag("self-signed")) {
    throw usageFault(
      "Cannot create a certificate: no other kind is made than --self-signed",
      EXAMPLE,
    );
  }
  const names = input.texts("name").map(readName);
  const ips = input.texts("ip").map(readAddress);
  if (names.length + ips.length === 0) {
    throw usageFault("Cannot create a certificate: no --name and no --ip says what for", EXAMPLE);
  }
  return { names, ips, days: readDays(input.text("days")), nowMs };
}

function readName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (isHostName(name.replace(/^\*\./, "")) && !/^[0-9.]+$/.test(name)) return name;
  const isAddress = parseIp(text) !== null;
  throw usageFault(
    `Cannot make a certificate for ${quote(text)}: it is no host name`,
    isAddress ? `--ip ${text}` : EXAMPLE,
  );
}

function readAddress(text: string): string {
  const ip = parseIp(text);
  if (ip !== null && !ip.includes("%")) return ip;
  throw usageFault(`Cannot make a certificate for ${quote(text)}: it is no address`, EXAMPLE);
}

function readDays(text: string | null): number {
  if (text === null) return DAYS;
  const days = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && days >= 1 && days <= DAYS_MAX) return days;
  throw usageFault(
    `Cannot make a certificate for ${quote(text)} days: it is no number from 1 to ${DAYS_MAX}`,
    "--days 365",
  );
}
