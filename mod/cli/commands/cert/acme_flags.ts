/**
 * The words and flags of `cert acme add`: what to certify, and who does it.
 *
 * @module
 */
import { isLinkLocal, isLoopback, isWildcard, parseIp, zoneOf } from "../../../base/address.ts";
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isHostName } from "../../../base/host_name.ts";
import { isHttpsUrl } from "../../../acme/messages.ts";
import type { AcmeRecord } from "../../../config/document/document.ts";
import type { CommandInput } from "../../core/command.ts";

/** The server that is used unless another is named: Let's Encrypt. */
export const DEFAULT_SERVER = "https://acme-v02.api.letsencrypt.org/directory";
/** More are refused by every public authority. */
const NAMES_MAX = 100;

/**
 * Returns the record that a line asks for; `listed` are the addresses that --listed stands for, and
 * `absolute` returns the whole path of a file. Throws a usage Fault.
 */
export function readAcme(
  input: CommandInput,
  listed: readonly string[],
  absolute: (path: string) => string,
): AcmeRecord {
  const names = [...new Set([...input.words.map((word) => readName(word, input)), ...listed])];
  if (names.length === 0) {
    throw input.flag("listed")
      ? new Fault("Cannot certify the addresses of the list: this machine has none of them", {
        hint: "httpcfg plan",
      })
      : usageFault(
        "Cannot obtain a certificate: NAME is missing",
        retype(input.commandLine, { append: ["www.example.com"] }),
      );
  }
  if (names.length > NAMES_MAX) {
    throw usageFault(
      `Cannot obtain a certificate for ${names.length} names: at most ${NAMES_MAX}`,
      "httpcfg help cert acme add",
    );
  }
  const server = readServer(input);
  if (!input.flag("agree-tos")) {
    throw usageFault(
      `Cannot obtain a certificate from ${quote(new URL(server).host)} without --agree-tos, ` +
        "which agrees to its terms of service",
      retype(input.commandLine, { add: ["--agree-tos"] }),
    );
  }
  const [caFile, contact] = [input.text("ca"), readContact(input)];
  return {
    // Not every system allows a colon in a file name; an IPv6 address has some.
    certName: names[0]!.replaceAll(":", "-").replace(/^-+/, ""),
    names,
    server,
    ...(caFile === null ? {} : { caFile: absolute(caFile) }),
    ...(contact === null ? {} : { contact }),
    agreeTos: true,
  };
}

/** Reports whether an authority may certify an address: other machines can have it in mind, too. */
export function isCertifiable(text: string): boolean {
  const ip = parseIp(text);
  return ip !== null && !isLoopback(ip) && !isLinkLocal(ip) && !isWildcard(ip);
}

function readName(word: string, { commandLine }: CommandInput): string {
  const ip = parseIp(word);
  if (ip !== null && zoneOf(ip) === "" && !isWildcard(ip)) return ip;
  const name = word.toLowerCase().replace(/\.$/, "");
  if (isHostName(name) && !/^[0-9.]+$/.test(name)) return name;
  const start = `Cannot obtain a certificate for ${quote(word)}`;
  if (name.startsWith("*.")) {
    const each = [name.slice(2), `www.${name.slice(2)}`].filter((one) => isHostName(one));
    throw usageFault(
      `${start}: http-01, the proof that this service gives, is not for all names below one`,
      retype(commandLine, { word, to: each }),
    );
  }
  const [, host = ""] = /^(?:[a-z]+:\/\/)?\[?([^/\]]*?)\]?(?::[0-9]+)?(?:\/.*)?$/i.exec(word) ?? [];
  const better = parseIp(host) ?? host.toLowerCase().replace(/\.$/, "");
  const isName = better !== "" && (parseIp(better) !== null || isHostName(better));
  throw usageFault(
    `${start}: neither a host name nor an IP address`,
    retype(commandLine, { word, to: [isName ? better : "www.example.com"] }),
  );
}

function readServer(input: CommandInput): string {
  const text = input.text("server") ?? DEFAULT_SERVER;
  if (isHttpsUrl(text)) return text;
  throw usageFault(
    `Cannot use the server ${quote(text)}: not an https URL`,
    retype(input.commandLine, { flag: "server", to: DEFAULT_SERVER }),
  );
}

function readContact(input: CommandInput): string | null {
  const text = input.text("contact");
  if (text === null) return null;
  const address = text.replace(/^mailto:/, "");
  if (/^[^\s@,?]+@[^\s@,?]+$/.test(address) && address.length <= 254) return address;
  throw usageFault(
    `Cannot use the contact ${quote(text)}: not a mail address`,
    retype(input.commandLine, { flag: "contact", to: "admin@example.com" }),
  );
}
