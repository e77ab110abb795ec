/**
 * The flags of `site add` and `site set` for the bindings, the limits, the compression and the log of a
 * site.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem } from "../../../base/problem.ts";
import {
  ACCESS_LOG_FORMATS,
  ACCESS_LOG_TARGETS,
  type AccessLogFormat,
  type AccessLogTarget,
  LOG_SAMPLE_MAX,
  LOG_SAMPLE_PATH,
  type LogSample,
  type SiteAccessLog,
} from "../../../config/rules/access_log.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";
import {
  COMPRESSIONS,
  type ConfigDocument,
  type SiteRecord,
} from "../../../config/document/document.ts";
import { namedSite } from "../../../config/document/edit.ts";
import type { CommandInput } from "../../core/command.ts";
import { nearestBinding, nearestNumber } from "../../core/corrections.ts";

/** The value by which a site is logged as the service says. */
const DEFAULT = "default";

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

/** The flags for the log of a site. */
export const LOG_FLAGS: Readonly<Record<string, FlagSpec>> = {
  "log-format": {
    kind: "string",
    value: "FORM",
    summary: "form of its log: w3c, json or combined; default is AccessLogFormat",
    choices: [...ACCESS_LOG_FORMATS, DEFAULT],
  },
  "log-target": {
    kind: "string",
    value: "WHERE",
    summary: "where its log goes: file, stdout or syslog; default is AccessLogTarget",
    choices: [...ACCESS_LOG_TARGETS, DEFAULT],
  },
  "log-sample": {
    kind: "list",
    value: "PATH=N",
    summary: "log one of N requests for a path, as of health checks; may be repeated",
  },
};

/** The help about the log of a site. */
export const LOG_HELP =
  "--log-sample /healthz=100 logs the first of each hundred requests for /healthz and what is below " +
  "it, and every one that failed (400 and above); of several paths the longest decides, and none " +
  "removes them all. Each worker process counts alone. adsutil set w3svc/1/root/healthz/DontLog " +
  "true logs none.";

/** Returns what a site says of its log after a change. Throws a usage Fault. */
export function readAccessLog(
  input: CommandInput,
  before: SiteAccessLog = {},
): Pick<SiteRecord, "accessLog"> {
  const format = input.text("log-format") ?? before.format;
  const target = input.text("log-target") ?? before.target;
  const sample = readSamples(input) ?? before.sample ?? [];
  const accessLog: SiteAccessLog = {
    // Both are one of their choices.
    ...(format === undefined || format === DEFAULT ? {} : { format: format as AccessLogFormat }),
    ...(target === undefined || target === DEFAULT ? {} : { target: target as AccessLogTarget }),
    ...(sample.length === 0 ? {} : { sample }),
  };
  return Object.keys(accessLog).length === 0 ? {} : { accessLog };
}

/** Reports whether a flag for the log is given. */
export function hasLogFlag(input: CommandInput): boolean {
  return input.text("log-format") !== null || input.text("log-target") !== null ||
    input.texts("log-sample").length > 0;
}

/** Returns the samples that are given, the longest path first; null if there are none. */
function readSamples(input: CommandInput): readonly LogSample[] | null {
  const texts = input.texts("log-sample");
  if (texts.length === 0) return null;
  if (texts.length === 1 && texts[0] === "none") return [];
  return texts.map((text) => {
    const equals = text.lastIndexOf("=");
    const [path, count] = [text.slice(0, equals), text.slice(equals + 1)];
    const of = Number(count);
    const isCount = /^[1-9][0-9]{0,6}$/.test(count) && of <= LOG_SAMPLE_MAX;
    if (equals > 0 && LOG_SAMPLE_PATH.test(path) && isCount) return { path, of };
    const better = equals > 0 ? path : text;
    const start = better.startsWith("/") ? better : `/${better}`;
    throw usageFault(
      `Cannot use ${quote(text)} for "--log-sample": expected a path, = and a number from 1 to ` +
        `${LOG_SAMPLE_MAX}`,
      retype(input.commandLine, {
        flag: "log-sample",
        from: text,
        to: LOG_SAMPLE_PATH.test(start)
          ? `${start}=${nearestNumber(count, { min: 1, max: LOG_SAMPLE_MAX, usual: 100 })}`
          : "/healthz=100",
      }),
    );
  });
}

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
