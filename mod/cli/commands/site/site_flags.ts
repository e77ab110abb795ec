/**
 * What a site answers and where, from the flags of `site add`.
 *
 * @module
 */
import { quote, shellWord, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import type { SiteContent } from "../../../config/document/site_content.ts";
import { resolveFolder } from "../../../config/store/resolve_folder.ts";
import type { CommandInput } from "../../core/command.ts";

/** What a site can be; exactly one of these is given. */
export const CONTENT_FLAGS: Readonly<Record<string, FlagSpec>> = {
  root: {
    kind: "string",
    value: "DIR",
    summary: "serve the files of a folder",
    completes: "folder",
  },
  respond: { kind: "string", value: "TEXT", summary: "answer every request with this text" },
  echo: { kind: "boolean", summary: "answer with what came in, for diagnosis" },
  welcome: { kind: "boolean", summary: "the built-in page that shows what is listening" },
};

/** Flags that say where a site answers. */
export const BINDING_FLAGS: Readonly<Record<string, FlagSpec>> = {
  bind: {
    kind: "list",
    value: "IP:Port:Host",
    summary: "where it answers; may be repeated",
    completes: "binding",
  },
  "bind-tls": {
    kind: "list",
    value: "IP:Port:Host",
    summary: "where it answers over TLS",
    completes: "binding",
  },
};

/** What goes with a site's content, and its limits. */
export const DETAIL_FLAGS: Readonly<Record<string, FlagSpec>> = {
  status: { kind: "string", value: "CODE", summary: "status of --respond, 200 when not given" },
  listing: { kind: "boolean", summary: "with --root: list folders without an index.html" },
  "max-body": { kind: "string", value: "BYTES", summary: "largest request body; more is 413" },
  "max-connections": { kind: "string", value: "N", summary: "connections at once; more are 503" },
};

/** Refuses what is no name for a site, by a usage Fault. */
export function checkSiteName(name: string): void {
  if (name.trim() !== "" && !/^w3svc\/\d+$/i.test(name)) return;
  throw usageFault(`Cannot call a site ${quote(name)}: not a name`, "httpcfg site add my-site …");
}

/** Canonical bindings of one flag. Throws a usage Fault. */
export function readBindings(input: CommandInput, flag: "bind" | "bind-tls"): string[] {
  return input.texts(flag).map(canonicalBinding);
}

/** The one thing that the site answers. Throws a usage Fault where it is none or two. */
export async function readContent(input: CommandInput): Promise<SiteContent> {
  const { root, respond } = { root: input.text("root"), respond: input.text("respond") };
  const given = [root !== null, respond !== null, input.flag("echo"), input.flag("welcome")];
  if (given.filter(Boolean).length !== 1) {
    throw usageFault(
      "Cannot tell what the site answers: give exactly one of --root, --respond, --echo, --welcome",
      `httpcfg site add ${shellWord(input.words[0]!)} --bind :8081: --respond hello`,
    );
  }
  refuseUnused(input, "listing", "root");
  refuseUnused(input, "status", "respond");
  if (root !== null) {
    const path = await resolveFolder(root);
    return input.flag("listing") ? { kind: "root", path, listing: true } : { kind: "root", path };
  }
  if (respond !== null) {
    const status = readStatus(input.text("status"));
    return status === null
      ? { kind: "respond", text: respond }
      : { kind: "respond", text: respond, status };
  }
  return { kind: input.flag("echo") ? "echo" : "welcome" };
}

/** A flag that would change nothing is a misunderstanding. */
function refuseUnused(input: CommandInput, flag: string, content: string): void {
  const isGiven = input.flag(flag) || input.text(flag) !== null;
  if (!isGiven || input.text(content) !== null) return;
  throw usageFault(
    `Cannot use "--${flag}" here: it goes with --${content}`,
    "httpcfg site add --help",
  );
}

function readStatus(text: string | null): number | null {
  if (text === null) return null;
  const status = Number(text);
  if (/^[2-5][0-9]{2}$/.test(text)) return status;
  throw usageFault(
    `Cannot answer with the status ${quote(text)}: it is 200 to 599`,
    "--status 503",
  );
}

/** Limits of the site's own; those that are not given are absent. Throws a usage Fault. */
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
    `Cannot use ${quote(text)} for "--${flag}": it is no number from 0 to 4294967295`,
    `--${flag} 1000`,
  );
}

function canonicalBinding(text: string): string {
  const binding = parseBinding(text);
  if (!isProblem(binding)) return formatBinding(binding);
  throw usageFault(
    `Cannot bind to ${quote(text)}: ${binding.reason}`,
    "write 192.168.1.10:80:www.example.com",
  );
}
