/**
 * Where a site answers and its limits, from the flags of `site add`.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import type { CommandInput } from "../../core/command.ts";

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

/** Limits of a site's own. */
export const LIMIT_FLAGS: Readonly<Record<string, FlagSpec>> = {
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
