/**
 * The flags of `site add` and `site set` for the bindings and limits of a site.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import type { CommandInput } from "../../core/command.ts";

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

/** Throws a usage Fault if `name` is not a valid name for a site. */
export function checkSiteName(name: string): void {
  if (name.trim() !== "" && !/^w3svc\/\d+$/i.test(name)) return;
  throw usageFault(
    `Cannot name a site ${quote(name)}: not a valid name`,
    "httpcfg site add my-site …",
  );
}

/** Returns the bindings of one flag, canonical. Throws a usage Fault. */
export function readBindings(input: CommandInput, flag: "bind" | "bind-tls"): string[] {
  return input.texts(flag).map(canonicalBinding);
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
    `--${flag} 1000`,
  );
}

function canonicalBinding(text: string): string {
  const binding = parseBinding(text);
  if (!isProblem(binding)) return formatBinding(binding);
  throw usageFault(
    `Cannot bind to ${quote(text)}: ${binding.reason}`,
    "write it as 192.168.1.10:80:www.example.com",
  );
}
