/**
 * The flags `--map` and `--unmap` of `site add` and `site set`: the applications of a site, each a
 * path with content of its own.
 *
 * @module
 */
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import type { FlagInput, FlagSpec } from "../../../base/flag_spec.ts";
import { nearestName } from "../../../base/hints/nearest.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem } from "../../../base/problem.ts";
import {
  applicationKey,
  findApplication,
  parseApplicationPath,
  withApplication,
  withoutApplication,
} from "../../../config/document/application.ts";
import type { ApplicationRecord, SiteRecord } from "../../../config/document/document.ts";
import { contentForms, nearestForm, parseContent } from "../../../site/kinds/kind_flags.ts";

/** The flag of `site add`. */
export const MAP_FLAGS: Readonly<Record<string, FlagSpec>> = {
  map: {
    kind: "list",
    value: "PATH=CONTENT",
    summary: "other content below a path of the site; may be repeated",
  },
};

/** The flags of `site set`. */
export const MAP_CHANGE_FLAGS: Readonly<Record<string, FlagSpec>> = {
  ...MAP_FLAGS,
  unmap: { kind: "list", value: "PATH", summary: "end a --map; may be repeated" },
};

/** Paragraphs of the help about `--map`. */
export function mapHelp(): readonly string[] {
  return [
    "--map /api/=CONTENT makes an application: requests for /api and for everything below it get " +
    "other content than the rest of the site. Where the paths of several applications cover a " +
    `request, the longest decides; the case of letters does not matter. CONTENT is one of ${
      contentForms().join(", ")
    }. The files of a directory are found by what follows the path: with --map /docs/=/srv/manual, ` +
    "/docs/a.html is /srv/manual/a.html.",
  ];
}

/** What the flags change of the applications of a site. */
interface MapChange {
  readonly mapped: readonly ApplicationRecord[];
  /** Canonical paths. */
  readonly unmapped: readonly string[];
}

/** Returns what the flags say. Throws a usage Fault. */
export async function readMaps(input: FlagInput): Promise<MapChange> {
  const mapped: ApplicationRecord[] = [];
  for (const text of input.texts("map")) mapped.push(await readMap(text, input));
  const unmapped = input.texts("unmap").map((text) => readPath(text, text, "unmap", input));
  const keys = [...mapped.map(({ path }) => path), ...unmapped].map(applicationKey);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice === undefined) return { mapped, unmapped };
  const [first = ""] = input.texts("map").filter((text) => {
    return isOf(twice, text.split("=", 1)[0]!);
  });
  throw usageFault(
    `Cannot map ${quote(twice)}: given twice`,
    retype(input.commandLine, { flag: "map", from: first, to: null }),
  );
}

/** Returns `site` with the applications changed. Throws a Fault if one to be ended does not exist. */
export function withMaps(
  site: SiteRecord,
  { mapped, unmapped }: MapChange,
  input: FlagInput,
): SiteRecord {
  const kept = unmapped.reduce((rest, path) => {
    if (findApplication(rest, path) !== undefined) return withoutApplication(rest, path);
    const near = nearestName(path, (site.applications ?? []).map((one) => one.path));
    const typed = input.texts("unmap").find((text) => isOf(applicationKey(path), text)) ?? path;
    throw new Fault(`Cannot unmap ${quote(path)}: the site has no application there`, {
      hint: near === null
        ? retype(input.commandLine, { flag: "unmap", from: typed, to: null })
        : retype(input.commandLine, { flag: "unmap", from: typed, to: near }),
    });
  }, site);
  return mapped.reduce((rest, application) => {
    // Other content is no other place: who may come there stays as it was.
    const { sslFlags } = findApplication(site, application.path) ?? {};
    const same = sslFlags === undefined ? application : { ...application, sslFlags };
    return withApplication(rest, same);
  }, kept);
}

function isOf(key: string, typedPath: string): boolean {
  const path = parseApplicationPath(typedPath);
  return !isProblem(path) && applicationKey(path) === key;
}

async function readMap(text: string, input: FlagInput): Promise<ApplicationRecord> {
  const equals = text.indexOf("=");
  const line = (better: string): string => {
    return retype(input.commandLine, { flag: "map", from: text, to: better });
  };
  if (equals < 0) {
    const isPath = text.startsWith("/");
    const sample = isPath ? `${text}=http://127.0.0.1:3000` : `/app/=${text}`;
    throw usageFault(`Cannot map ${quote(text)}: PATH=CONTENT expected`, line(sample));
  }
  const [typed, form] = [text.slice(0, equals), text.slice(equals + 1)];
  const path = readPath(typed, text, "map", input);
  const content = await parseContent(form, (better) => line(`${typed}=${better}`));
  if (content !== null) return { path, content };
  throw usageFault(
    `Cannot map ${quote(path)} to ${quote(form)}: must be one of ${contentForms().join(", ")}`,
    line(`${typed}=${nearestForm(form)}`),
  );
}

/** Returns the canonical path; `text` is the value of the flag that has it. */
function readPath(typed: string, text: string, flag: "map" | "unmap", input: FlagInput): string {
  const path = parseApplicationPath(typed);
  if (!isProblem(path)) return path;
  const rest = text.slice(typed.length);
  throw usageFault(
    `Cannot ${flag} ${quote(typed)}: ${path.reason}`,
    retype(input.commandLine, { flag, from: text, to: `${nearestPath(typed)}${rest}` }),
  );
}

/** Returns a path for a text that is none. */
function nearestPath(text: string): string {
  const plain = text.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#*].*$/s, "");
  const segments = plain.split(/[/\\]/).filter((part) => !["", ".", ".."].includes(part));
  const path = `/${segments.map((part) => `${part}/`).join("")}`;
  return [path, encodeURI(path)].find((one) => !isProblem(parseApplicationPath(one))) ?? "/app/";
}
