/**
 * The one spelling of a document. Entries, bindings, the keys of certificates and the blocks of
 * settings may be written in every way that the command line takes; they are stored, compared and
 * used in this one. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import type { IpBlock } from "../../base/ip_blocks.ts";
import { ACCESS_LOG_FIELD_NAMES, type SiteAccessLog } from "../rules/access_log.ts";
import { blockTexts, parseAddressBlock } from "./address_block.ts";
import { parseApplicationPath } from "./application.ts";
import { formatBinding, parseBinding } from "./binding.ts";
import type { ApplicationRecord, ConfigDocument, SiteRecord, SslRecord } from "./document.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { sslKeyOfAddress, sslKeyOfName } from "./http_records.ts";
import { normaliseList } from "./normalise_list.ts";
import { isDefault, type SettingRow, SETTINGS, type StoredSettings } from "./settings.ts";
import { normalSslAccess } from "../rules/ssl_access.ts";
import { normaliseRules } from "./site_rules.ts";

interface NormalDocument {
  readonly document: ConfigDocument;
  /** Everything that cannot be read. */
  readonly problems: readonly DocumentProblem[];
}

/** Reads a document of the right shape; `known` is one in its one spelling already. */
export function normaliseDocument(
  document: ConfigDocument,
  known: ConfigDocument | null,
): NormalDocument {
  const list = normaliseList(document.ipListen, known?.ipListen);
  const problems: DocumentProblem[] = [...list.problems];
  const sites = document.sites.map((site, i) => normaliseSite(site, `sites[${i}]`, problems));
  const ssl = document.ssl.map((record, i) => normaliseSsl(record, `ssl[${i}]`, problems));
  const settings = normaliseSettings(document.settings, problems);
  return { document: { ...document, ipListen: list.entries, ssl, sites, settings }, problems };
}

/** The settings that are lists of blocks. */
const BLOCK_SETTINGS = Object.entries<SettingRow>(SETTINGS).filter(([, { kind }]) => {
  return kind === "blocks";
}).map(([name]) => name as "ProxyProtocol" | "TrustedProxies");

function normaliseSettings(
  settings: StoredSettings,
  problems: DocumentProblem[],
): StoredSettings {
  let normal = settings;
  const { AccessLogFields: fields, ...others } = settings;
  if (fields !== undefined) {
    const AccessLogFields = ACCESS_LOG_FIELD_NAMES.filter((name) => fields.includes(name));
    normal = AccessLogFields.length === 0 ? others : { ...others, AccessLogFields };
  }
  for (const name of BLOCK_SETTINGS) {
    const texts = settings[name];
    if (texts === undefined) continue;
    const blocks = blocksIn(texts, `settings.${name}`, problems);
    if (blocks === null) continue;
    const { [name]: _texts, ...rest } = normal;
    const value = blockTexts(blocks);
    normal = isDefault(name, value) ? rest : { ...normal, [name]: value };
  }
  return normal;
}

/** Returns the blocks of a setting; null if one cannot be read. */
function blocksIn(
  texts: readonly string[],
  at: string,
  problems: DocumentProblem[],
): IpBlock[] | null {
  const blocks = texts.map((text, i) => {
    const block = parseAddressBlock(text);
    if (!isProblem(block)) return block;
    const message = `${quote(text)} is not a block of addresses: ${block.reason}`;
    problems.push({ at: `${at}[${i}]`, message, value: text });
    return null;
  });
  return blocks.includes(null) ? null : blocks as IpBlock[];
}

function normaliseSite(site: SiteRecord, at: string, problems: DocumentProblem[]): SiteRecord {
  const bindings = (name: "bindings" | "secureBindings"): string[] => {
    return site[name].map((text, i) => {
      const binding = parseBinding(text);
      if (!isProblem(binding)) return formatBinding(binding);
      const message = `${quote(text)} is not a valid binding: ${binding.reason}`;
      problems.push({ at: `${at}.${name}[${i}]`, message, value: text });
      return text;
    });
  };
  const { applications = [], access, response, accessLog, ...rest } = site;
  const spelled = {
    ...rest,
    ...normalAccessLog(accessLog),
    bindings: bindings("bindings"),
    secureBindings: bindings("secureBindings"),
  };
  const rules = normaliseRules({ access, response }, at, problems);
  if (applications.length === 0) return { ...spelled, ...rules }; // an empty list is none
  const normal = applications.map(normalApplication(at, problems));
  return { ...spelled, applications: normal, ...rules };
}

/** The longest path first, as they are looked for, and each once. */
function normalAccessLog(
  { sample = [], ...rest }: SiteAccessLog = {},
): Pick<SiteRecord, "accessLog"> {
  const samples = [...new Map(sample.map((one) => [one.path, one])).values()]
    .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
  const accessLog = { ...rest, ...(samples.length === 0 ? {} : { sample: samples }) };
  return Object.keys(accessLog).length === 0 ? {} : { accessLog };
}

function normalApplication(
  at: string,
  problems: DocumentProblem[],
): (application: ApplicationRecord, i: number) => ApplicationRecord {
  return ({ sslFlags, ...rest }, i) => {
    const application = sslFlags === undefined
      ? rest
      : { ...rest, sslFlags: normalSslAccess(sslFlags) };
    const path = parseApplicationPath(application.path);
    if (!isProblem(path)) return { ...application, path };
    const message = `${quote(application.path)} is not a valid path: ${path.reason}`;
    problems.push({ at: `${at}.applications[${i}].path`, message, value: application.path });
    return application;
  };
}

function normaliseSsl(record: SslRecord, at: string, problems: DocumentProblem[]): SslRecord {
  const key = sslKeyOfAddress(record.key) ?? sslKeyOfName(record.key);
  if (key !== null) return { ...record, key };
  const message = `expected IP:port or name:port, found ${quote(record.key)}`;
  problems.push({ at: `${at}.key`, message });
  return record;
}
