/**
 * The flags of `site add` and `site set` for the bindings, the limits and the compression of a site.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";
import {
  COMPRESSIONS,
  type ConfigDocument,
  type SiteRecord,
} from "../../../config/document/document.ts";
import { namedSite } from "../../../config/document/edit.ts";
import type { CommandInput } from "../../core/command.ts";
import { nearestBinding, nearestNumber } from "../../core/corrections.ts";

/** The flags for the bindings of a site. */
export const BINDING_FLAGS: Readonly<Record<string, FlagSpec>> = {
  bind: {
    kind: "list",
    value: "IP:Port:Host",
    summary: "binding; may be repeated",
    completes: "binding",
  },
  "bind-tls": {
    kind: "list",
    value: "IP:Port:Host",
    summary: "binding over TLS; may be repeated",
    completes: "binding",
  },
};

/** The flags for the limits of a site. */
export const LIMIT_FLAGS: Readonly<Record<string, FlagSpec>> = {
  "max-body": { kind: "string", value: "BYTES", summary: "largest request body; beyond it 413" },
  "max-connections": {
    kind: "string",
    value: "N",
    summary: "concurrent connections; beyond it 503",
  },
};

/** The flags for the compression of a site. */
export const COMPRESSION_FLAGS: Readonly<Record<string, FlagSpec>> = {
  compression: {
    kind: "string",
    value: "WHAT",
    summary: "what is compressed: files (the default), all or off",
    choices: COMPRESSIONS,
  },
};

/** What `--compression all` means, for the help. */
export const COMPRESSION_HELP =
  "Files are compressed for the clients that accept it, once, and kept in memory. --compression all " +
  "compresses every answer, also those of programs, for each client: only for a site whose answers " +
  "have no secret, such as a token in a page, beside something that the request has said. The length " +
  "of such an answer gives the secret away in spite of TLS (BREACH).";

/** Throws a usage Fault if `name` is not a valid name for a site. */
export function checkSiteName(
  name: string,
  { commandLine }: CommandInput,
  flag: "name" | null = null,
): void {
  if (name.trim() !== "" && !/^w3svc\/\d+$/i.test(name)) return;
  const better = name.trim() === "" ? "my-site" : name.toLowerCase().replace("w3svc/", "site-");
  throw usageFault(
    `Cannot name a site ${quote(name)}: not a valid name`,
    flag === null
      ? retype(commandLine, { word: name, to: [better] })
      : retype(commandLine, { flag, from: name, to: better }),
  );
}

/** Returns the site that the first word names. Throws a Fault. */
export function siteOf(
  { words: [text = ""], commandLine }: CommandInput,
  document: ConfigDocument,
): SiteRecord {
  return namedSite(document, text, (name) => retype(commandLine, { word: text, to: [name] }));
}

/** Returns the bindings of one flag, canonical. Throws a usage Fault. */
export function readBindings(input: CommandInput, flag: "bind" | "bind-tls"): string[] {
  return input.texts(flag).map((text) => canonicalBinding(text, flag, input));
}

/** Returns the compression if it is given; else the field is absent. */
export function readCompression(input: CommandInput): Pick<SiteRecord, "compression"> {
  const text = input.text("compression");
  const compression = COMPRESSIONS.find((known) => known === text);
  return compression === undefined ? {} : { compression };
}

/** Returns the limits that are given; the others are absent. Throws a usage Fault. */
export function readLimits(
  input: CommandInput,
): Pick<SiteRecord, "maxRequestEntityAllowed" | "maxConnections"> {
  const body = readCount(input, "max-body");
  const connections = readCount(input, "max-connections");
  return {
    ...(body === null ? {} : { maxRequestEntityAllowed: body }),
    ...(connections === null ? {} : { maxConnections: connections }),
  };
}

function readCount(input: CommandInput, flag: string): number | null {
  const text = input.text(flag);
  if (text === null) return null;
  if (/^[0-9]{1,10}$/.test(text) && Number(text) <= 4294967295) return Number(text);
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": must be between 0 and 4294967295`,
    retype(input.commandLine, {
      flag,
      to: nearestNumber(text, { min: 0, max: 4294967295, usual: 1000 }),
    }),
  );
}

function canonicalBinding(
  text: string,
  flag: "bind" | "bind-tls",
  { commandLine }: CommandInput,
): string {
  const binding = parseBinding(text);
  if (!isProblem(binding)) return formatBinding(binding);
  throw usageFault(
    `Cannot bind to ${quote(text)}: ${binding.reason}`,
    retype(commandLine, {
      flag,
      from: text,
      to: nearestBinding(text, flag === "bind" ? 80 : 443),
    }),
  );
}
