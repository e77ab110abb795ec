/**
 * Readers of what the old tools print, each written from a description of how public programs read
 * them: configuration management (Chef, Puppet, Ansible, PowerShell DSC), installers, and scripts.
 *
 * None of them is tolerant: a line more or less, a label that is a column off, or another exit
 * status gives another answer, as it does there.
 *
 * @module
 */

/** A record as labels with their values, in the order of the lines. */
export type Labelled = ReadonlyMap<string, string>;

/** Lines as PowerShell and Ruby get them from a program. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

/**
 * Splits at empty lines, and each line of a block at its first ` : `: the way of DSC modules.
 * Blocks without such a line, like a title with its underline, are left out.
 */
export function labelledBlocks(text: string): Labelled[] {
  return text.split(/\r?\n[ \t]*\r?\n/).map(labels).filter((block) => block.size > 0);
}

function labels(block: string): Labelled {
  return new Map(
    linesOf(block).flatMap((line) => {
      const at = line.indexOf(" : ");
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 3).trim()] as const];
    }),
  );
}

/**
 * Certificates by what they are bound to: a record begins with a line `IP:port` or
 * `Hostname:port`, and has its hash in the next lines. The way of installers.
 */
export function certificatesByKey(text: string): Map<string, { hash: string; appId: string }> {
  const found = new Map<string, { hash: string; appId: string }>();
  const record =
    /^ {4}(?:IP:port|Hostname:port) +: (\S+)\r?\n {4}Certificate Hash +: ([0-9a-f]{40})\r?\n {4}Application ID +: (\{[0-9a-f-]{36}\})\r?$/gm;
  for (const [, key = "", hash = "", appId = ""] of text.matchAll(record)) {
    found.set(key, { hash, appId });
  }
  return found;
}

/** A reservation with the accounts that it names. */
export interface ReadReservation {
  readonly url: string;
  readonly users: readonly { name: string; listen: string; delegate: string }[];
  readonly sddl: string;
}

/** Reservations by the indentation of their lines: 4 for the URL, 8 for an account, 12 below. */
export function reservationsByIndent(text: string): ReadReservation[] {
  const found: {
    url: string;
    users: { name: string; listen: string; delegate: string }[];
    sddl: string;
  }[] = [];
  for (const line of linesOf(text)) {
    const [, indent = "", label = "", value = ""] = /^( +)([^:]+?) *: ?(.*)$/.exec(line) ?? [];
    const last = found.at(-1);
    if (indent.length === 4 && label === "Reserved URL") {
      found.push({ url: value.trim(), users: [], sddl: "" });
    } else if (indent.length === 8 && label === "User") {
      last?.users.push({ name: value, listen: "", delegate: "" });
    } else if (indent.length === 12 && label === "SDDL" && last !== undefined) {
      last.sddl = value.trim();
    } else if (indent.length === 12) {
      const user = last?.users.at(-1);
      if (user !== undefined && label === "Listen") user.listen = value;
      if (user !== undefined && label === "Delegate") user.delegate = value;
    }
  }
  return found;
}

/** The addresses of the list: everything after the fourth line that is not empty. */
export function addressesAfterTitle(text: string): string[] {
  return linesOf(text).slice(4).map((line) => line.trim()).filter((line) => line !== "");
}

/** The addresses of `httpcfg query iplisten`: lines that begin with `IP`. */
export function httpcfgAddresses(text: string): string[] {
  return linesOf(text).flatMap((line) => {
    const [, address] = /^\s*IP\s*:\s*(\S+?)\.?\s*$/.exec(line) ?? [];
    return address === undefined ? [] : [address];
  });
}

/** Records of `httpcfg query ssl`: split at the rule of 78 hyphens, labels of 24 columns. */
export function httpcfgRecords(text: string): Labelled[] {
  const blocks = text.split(`${"-".repeat(78)}\n`);
  return blocks.filter((block) => block.trim() !== "").map((block) => {
    return new Map(
      linesOf(block).filter((line) => line !== "").map((line) => {
        return [line.slice(4, 28).trim(), line.slice(30)] as const;
      }),
    );
  });
}

/** A value of adsutil with its type: lists as items, numbers and truth values as such. */
export type ReadValue = string | number | boolean | readonly string[];

/** Values of `adsutil GET` and `ENUM`, by their names in lower case. */
export function metabaseValues(text: string): Map<string, ReadValue> {
  const found = new Map<string, ReadValue>();
  const lines = linesOf(text);
  for (let i = 0; i < lines.length; i++) {
    const [, name = "", type = "", rest = ""] = /^(\w+) *: \(([A-Z]+)\) ?(.*)$/.exec(lines[i]!) ??
      [];
    if (name === "") continue;
    const key = name.toLowerCase();
    if (type === "LIST") {
      const [, count] = /\((\d+) Items\)$/.exec(rest) ?? [];
      const items = lines.slice(i + 1, i + 1 + Number(count)).map((line) => line.slice(3, -1));
      found.set(key, items);
      i += items.length;
    } else if (type === "INTEGER") found.set(key, Number(rest));
    else if (type === "BOOLEAN") found.set(key, rest === "True");
    else found.set(key, rest.slice(1, -1));
  }
  return found;
}

/** Keys that `adsutil ENUM` lists below the properties: `[/W3SVC/1/ROOT]`. */
export function metabaseKeys(text: string): string[] {
  return linesOf(text).flatMap((line) => /^\[\/(.+)\]$/.exec(line)?.[1] ?? []);
}

/** One binding of a site in the table of `iisweb /query`. */
export interface ReadSiteRow {
  readonly site: string;
  readonly path: string;
  readonly status: string;
  readonly ip: string;
  readonly port: string;
}

/** Rows of `iisweb /query` by the columns 0, 46, 54 and 70; a row without a name goes on. */
export function siteRows(text: string): ReadSiteRow[] {
  const lines = linesOf(text);
  const rule = lines.indexOf("=".repeat(76));
  const rows: ReadSiteRow[] = [];
  for (const line of rule < 0 ? [] : lines.slice(rule + 1).filter((one) => one !== "")) {
    const [, site = "", path = ""] = /^(.*) \((W3SVC\/\d+)\) *$/.exec(line.slice(0, 46)) ?? [];
    const before = rows.at(-1);
    rows.push({
      site: site === "" ? before?.site ?? "" : site,
      path: path === "" ? before?.path ?? "" : path,
      status: line.slice(46, 54).trim() || (before?.status ?? ""),
      ip: line.slice(54, 70).trim(),
      port: line.slice(70).trim().split(" ")[0] ?? "",
    });
  }
  return rows;
}

/** A request queue of `show servicestate`. */
export interface ReadQueue {
  readonly name: string;
  /** `ID: 1412, image: w3wp.exe`. */
  readonly processes: readonly string[];
  readonly urls: readonly string[];
}

/**
 * The request queues of `show servicestate` in either view: a line with the name whose next line
 * is the version, then lists below their titles, by indentation.
 */
export function requestQueues(text: string): ReadQueue[] {
  const lines = linesOf(text);
  return lines.flatMap((line, at) => {
    const [, indent = "", name] = /^( *)Request queue name: (.*)$/.exec(line) ?? [];
    if (name === undefined || !lines[at + 1]?.startsWith(`${indent}    Version:`)) return [];
    const rest = lines.slice(at + 1);
    const length = rest.findIndex((one) => !one.startsWith(`${indent}    `));
    const block = rest.slice(0, length < 0 ? rest.length : length);
    const below = (title: string): string[] => {
      const from = block.indexOf(`${indent}    ${title}`) + 1;
      const items = from === 0 ? [] : block.slice(from);
      const end = items.findIndex((one) => !one.startsWith(`${indent}        `));
      return items.slice(0, end < 0 ? items.length : end).map((one) => one.trim());
    };
    return [{ name, processes: below("Processes:"), urls: below("Registered URLs:") }];
  });
}
