/**
 * `site add|list|show|remove`: the modern commands for Web sites.
 *
 * @module
 */
import { siteTrustNotices } from "../../../admin/client_trust_notices.ts";
import { changeSites } from "../../../admin/change_sites.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import type { ConfigDocument, SiteRecord } from "../../../config/document/document.ts";
import { addSite, findSite, nextSiteId, removeSite } from "../../../config/document/edit.ts";
import {
  contentExamples,
  defaultBinding,
  missingContent,
  readContent,
  SAMPLE_WORDS,
} from "../../../site/kinds/kind_flags.ts";
import { kindOf } from "../../../site/kinds/kinds.ts";
import { joinLines, span, type Styled } from "../../core/screen/colors.ts";
import { padded } from "../../core/screen/fit.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { type Listing, type Row, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, finishChange } from "../../core/outcome.ts";
import type { Screen } from "../../core/screen/screen.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { paragraph } from "../../core/screen/paragraph.ts";
import { table } from "../../core/table.ts";
import { report } from "../../core/report.ts";
import { asksClients, changedRules, readRules, withRules } from "./rule_flags.ts";
import { ruleRows } from "./rule_rows.ts";
import { exposureNotices } from "./site_exposure.ts";
import { checkSame } from "./same_site.ts";
import { descriptionFlags, descriptionHelp } from "./site_description.ts";
import {
  checkSiteName,
  readAccessLog,
  readBindings,
  readCompression,
  readLimits,
  siteOf,
} from "./site_flags.ts";
import { readMaps, withMaps } from "./site_maps.ts";

export const siteAdd: CommandSpec = {
  name: "site add",
  usage: "NAME",
  summary: "Add a Web site",
  details: [
    "A binding is IP:Port:Host. An empty IP means every address on the inclusion list, an empty " +
    "Host any host name, *.example.com every name below example.com; an IPv6 address is written " +
    "in brackets. A site bound to an address that is not on the list does not start.",
    ...descriptionHelp(),
  ],
  examples: [
    {
      line: `httpcfg site add my-site --bind 192.168.1.10:80: ${SAMPLE_WORDS}`,
      shows: "on one address",
    },
    ...contentExamples("httpcfg site add my-site --bind :8081:"),
    {
      line: "httpcfg site add my-site --bind :8081: --root /srv/www --map /old/=redirect:/new/",
      shows: "files, and a redirect below one path",
    },
  ],
  flags: {
    ...descriptionFlags(),
    "no-start": { kind: "boolean", summary: "do not start the site with the service" },
    ...CHANGE_FLAGS,
  },
  words: { min: 1, max: 1 },
  run: (input, io) => add(input, io),
};

const siteList: CommandSpec = {
  name: "site list",
  usage: "",
  summary: "List the Web sites",
  examples: [{ line: "httpcfg site list --format csv", shows: "for a spreadsheet" }],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { sites } = await io.store.read();
    const columns = [
      "id",
      "name",
      "bindings",
      "secureBindings",
      "autoStart",
      "content",
      "applications",
    ];
    const listing = { name: "sites", columns, rows: sites.map(siteRow) };
    await writeListing(input, io, listing, {
      async text(): Promise<void> {
        const { screen } = io;
        io.show(screen.columns === null ? plainSites(listing, screen) : sitesText(sites, screen));
        await noteUnapplied(io);
      },
    });
    return EXIT.ok;
  },
};

const siteShow: CommandSpec = {
  name: "site show",
  usage: "NAME",
  summary: "Show one Web site",
  examples: [{ line: "httpcfg site show 'Default Web Site'", shows: "by name; W3SVC/1 works too" }],
  flags: FORMAT_FLAG,
  words: { min: 1, max: 1 },
  completes: ["site"],
  async run(input, io): Promise<number> {
    const site = siteOf(input, await io.store.read());
    const rules: Row = Object.fromEntries(ruleRows(site));
    const row = { ...siteRow(site), ...rules };
    await writeListing(input, io, { name: "sites", columns: Object.keys(row), rows: [row] }, {
      async text(): Promise<void> {
        const { applications, ...own } = siteRow(site);
        io.show(siteText(applications.length === 0 ? { ...own, ...rules } : row, io.screen));
        await noteUnapplied(io);
      },
      json: { site },
    });
    return EXIT.ok;
  },
};

const siteRemove: CommandSpec = {
  name: "site remove",
  usage: "NAME",
  summary: "Remove a Web site; its files are kept",
  examples: [{ line: "httpcfg site remove intranet", shows: "by name; W3SVC/2 works too" }],
  flags: CHANGE_FLAGS,
  words: { min: 1, max: 1 },
  completes: ["site"],
  async run(input, io): Promise<number> {
    const name = input.words[0]!;
    let removed: SiteRecord | undefined;
    const result = await changeSites(io, (document) => {
      removed = input.flag("idempotent") ? findSite(document, name) : siteOf(input, document);
      return removed === undefined ? document : removeSite(document, removed.id);
    });
    return await finishChange(input, io, result, { site: removed ?? null });
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [siteAdd, siteList, siteShow, siteRemove];

async function add(input: CommandInput, io: CommandIo): Promise<number> {
  const [name = ""] = input.words;
  const secureBindings = readBindings(input, "bind-tls");
  const bindings = bindingsOr(readBindings(input, "bind"), secureBindings, input);
  checkSiteName(name, input);
  if (bindings.length + secureBindings.length === 0) {
    const binding = { add: ["--bind", `:${freePort(await io.store.read())}:`] };
    throw usageFault(
      `Cannot add ${quote(name)}: --bind or --bind-tls is missing`,
      retype(input.commandLine, binding, ...missingContent(input)),
    );
  }
  const content = await readContent(input);
  const maps = await readMaps(input);
  const ruleChange = await readRules(input);
  const rules = changedRules({}, ruleChange, input);
  const autoStart = !input.flag("no-start");
  const options = { ...readLimits(input), ...readCompression(input), ...readAccessLog(input) };
  const described = { name, bindings, secureBindings, autoStart, content, ...options };
  const wanted = (id: number): SiteRecord => {
    return withRules(withMaps({ id, ...described }, maps, input), rules);
  };
  let site: SiteRecord | null = null;
  const result = await changeSites(io, (document) => {
    const existing = findSite(document, name);
    if (existing === undefined) {
      site = wanted(nextSiteId(document));
      return addSite(document, site);
    }
    site = existing;
    if (!input.flag("idempotent")) {
      throw new Fault(`Cannot add ${quote(name)}: a site with this name already exists`, {
        hint: retype(input.commandLine, { word: "add", to: ["set"] }, { without: "no-start" }),
      });
    }
    checkSame(existing, { ...wanted(existing.id), name: existing.name }, input);
    return document;
  });
  report(io, ruleChange.notices);
  if (site !== null && result.problem === null) report(io, exposureNotices(site));
  if (asksClients(ruleChange) && site !== null) {
    report(io, siteTrustNotices(io, (await io.store.read()).ssl, site));
  }
  return await finishChange(input, io, result, { site });
}

/** Returns `given`; if no binding is given at all, the one that the content has by default. */
function bindingsOr(
  given: readonly string[],
  secure: readonly string[],
  input: CommandInput,
): readonly string[] {
  const own = given.length + secure.length === 0 ? defaultBinding(input) : null;
  return own === null ? given : [own];
}

/** Formats the sites for a pipe; without applications there is no column for them. */
function plainSites(listing: Listing, screen: Screen): Styled {
  const columns = listing.columns.filter((column) => {
    return column !== "applications" || listing.rows.some((row) => String(row[column]) !== "");
  });
  return table({ ...listing, columns }, screen);
}

/** Formats the sites for a terminal, which has one column for all bindings of a site. */
function sitesText(sites: readonly SiteRecord[], screen: Screen): Styled {
  const listing: Listing = {
    name: "sites",
    columns: ["id", "name", "bindings", "starts", "content"],
    rows: sites.map((site) => {
      const secure = site.secureBindings.map((binding) => `${binding} (TLS)`);
      const starts = site.autoStart ? null : "no";
      const { content, applications, ...row } = siteRow(site);
      const served = [content, ...applications].join("; ");
      return { ...row, content: served, bindings: [...site.bindings, ...secure], starts };
    }),
  };
  return table(listing, screen, {
    detail: "content",
    looks: {
      id: { kind: "key" },
      name: { kind: "key", meaning: () => "heading" },
      bindings: { kind: "values" },
      starts: { kind: "key", meaning: () => "waiting" },
    },
  });
}

/** Formats one site. */
function siteText(row: Row, screen: Screen): Styled {
  if (screen.columns === null) {
    return Object.entries(row).map(([key, value]) => `${key}: ${value}`).join("\n");
  }
  const width = Math.max(...Object.keys(row).map((key) => key.length)) + ":  ".length;
  return joinLines(
    Object.entries(row).flatMap(([key, value]) => {
      const start = span("heading", padded(`${key}:`, width));
      return paragraph([value].flat().join(", "), screen, { start, hanging: " ".repeat(width) });
    }),
  );
}

/** Returns a port for a site that no other site has. */
function freePort({ sites }: Pick<ConfigDocument, "sites">): number {
  const texts = sites.flatMap(({ bindings, secureBindings }) => [...bindings, ...secureBindings]);
  const used = new Set(texts.map((text) => Number(/:([0-9]+):[^:]*$/.exec(text)?.[1])));
  let port = 8081;
  while (used.has(port)) port++;
  return port;
}

function siteRow(
  site: SiteRecord,
): Row & { readonly content: string; readonly applications: readonly string[] } {
  const { id, name, bindings, secureBindings, autoStart, content, applications = [] } = site;
  return {
    id,
    name,
    bindings,
    secureBindings,
    autoStart,
    content: kindOf(content).label(content),
    applications: applications.map(({ path, content }) => {
      return `${path} ${kindOf(content).label(content)}`;
    }),
  };
}
