/**
 * `settings list|get|set|reset`: the stored settings, one by one.
 *
 * @module
 */
import { changeSettings } from "../../../admin/change_setting.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { quote, shellWord, usageFault } from "../../../base/fault.ts";
import { nearestName } from "../../../base/hints/nearest.ts";
import { isProblem } from "../../../base/problem.ts";
import {
  findSetting,
  formatSetting,
  isListed,
  parseSetting,
  refusedSetting,
  SETTING_NAMES,
  type SettingValue,
} from "../../../config/document/setting_value.ts";
import {
  DEFAULT_SETTINGS,
  effectiveSettings,
  type SettingName,
  type SettingRow,
  SETTINGS,
  type StoredSettings,
} from "../../../config/document/settings.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { type Row, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, finishChange } from "../../core/outcome.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { table } from "../../core/table.ts";

const COLUMNS = ["name", "value", "default", "unit", "summary"];

const settingsList: CommandSpec = {
  name: "settings list",
  usage: "",
  summary: "List the settings: value, default, unit and meaning",
  details: ["The values are the stored ones. JSON has the limits and choices of each setting too."],
  examples: [
    { line: "httpcfg settings list", shows: "every setting" },
    {
      line: "httpcfg settings list --format json | jq '.settings[] | select(.value != .default)'",
      shows: "those that differ from their default",
    },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { settings } = await io.store.read();
    const rows = SETTING_NAMES.map((name) => rowOf(name, settings));
    const listing = { name: "settings", columns: COLUMNS, rows };
    await writeListing(input, io, listing, {
      async text(): Promise<void> {
        io.show(table(listing, io.screen));
        await noteUnapplied(io);
      },
    });
    return EXIT.ok;
  },
};

const settingsGet: CommandSpec = {
  name: "settings get",
  usage: "NAME",
  summary: "Print the value of a setting",
  details: [
    "Prints the stored value, or the default if none is stored, and nothing else to stdout.",
  ],
  examples: [{
    line: 'limit="$(httpcfg settings get MaxRequestBytes)"',
    shows: "the bare value, for a script",
  }],
  flags: FORMAT_FLAG,
  words: { min: 1, max: 1 },
  completes: ["setting"],
  async run(input, io): Promise<number> {
    const name = namedSetting(input.words[0]!, "get");
    const row = rowOf(name, (await io.store.read()).settings);
    await writeListing(input, io, { name: "settings", columns: COLUMNS, rows: [row] }, {
      async text(): Promise<void> {
        io.out(formatSetting(row.value as SettingValue));
        await noteUnapplied(io);
      },
      json: { setting: row },
    });
    return EXIT.ok;
  },
};

const settingsSet: CommandSpec = {
  name: "settings set",
  usage: "NAME VALUE …",
  summary: "Store the value of a setting",
  details: [
    "Names are read in any case. Several pairs of NAME and VALUE are one change: if one of them " +
    "is refused, nothing is stored. A time may have ms, s, m or h, a size KiB, MiB or GiB; a " +
    "number without a unit has the one that httpcfg settings list shows. A list of blocks is " +
    "addresses (10.0.0.5) and blocks (10.0.0.0/8), as words or with commas between them, and " +
    "replaces the one before; none empties it. So does a list of fields, and all has every one.",
    "The service reads its settings when HTTP starts, or at httpcfg reload.",
  ],
  examples: [
    { line: "httpcfg settings set ConnectionTimeout 60", shows: "close idle connections sooner" },
    {
      line: "httpcfg settings set MaxRequestBytes 64KiB MaxFieldCount 100",
      shows: "two settings as one change",
    },
    { line: "httpcfg settings set applyChanges live", shows: "apply each change at once" },
    {
      line: "httpcfg settings set ProxyProtocol 127.0.0.0/8 10.0.0.7",
      shows: "what a load balancer here, or at 10.0.0.7, says of its clients",
    },
    {
      line: "httpcfg settings set AccessLogFormat json AccessLogTarget stdout",
      shows: "access logs for the journal, or for whoever collects those of a container",
    },
  ],
  flags: CHANGE_FLAGS,
  words: { min: 1, max: Infinity },
  completes: ["setting"],
  async run(input, io): Promise<number> {
    const values = new Map<SettingName, SettingValue>();
    for (const [word, text] of pairsOf(input.words)) {
      const name = namedSetting(word, "set", text ?? "");
      if (text === undefined) {
        throw usageFault(
          `Cannot set ${quote(name)}: the value is missing`,
          `httpcfg settings set ${name} ${formatSetting(DEFAULT_SETTINGS[name])}`,
        );
      }
      if (values.has(name)) {
        throw usageFault(
          `Cannot set ${quote(name)} twice`,
          `httpcfg settings set ${name} ${shellWord(text)}`,
        );
      }
      const value = parseSetting(name, text);
      if (isProblem(value)) {
        throw usageFault(
          `Cannot set ${quote(name)} to ${quote(text)}: ${value.reason}`,
          value.hint,
        );
      }
      values.set(name, value);
    }
    return await store(input, io, values);
  },
};

const settingsReset: CommandSpec = {
  name: "settings reset",
  usage: "NAME …",
  summary: "Restore the default of a setting",
  details: ["Without NAME nothing is restored, unless --all is given."],
  examples: [
    { line: "httpcfg settings reset ConnectionTimeout", shows: "one setting" },
    { line: "httpcfg settings reset --all", shows: "every setting, as one change" },
  ],
  flags: { all: { kind: "boolean", summary: "restore every setting" }, ...CHANGE_FLAGS },
  words: { min: 0, max: Infinity },
  completes: ["setting"],
  async run(input, io): Promise<number> {
    if ((input.words.length > 0) === input.flag("all")) {
      throw usageFault(
        `Cannot reset settings: ${input.flag("all") ? "--all and a name" : "no name"} given`,
        input.flag("all") ? "httpcfg settings reset --all" : "httpcfg settings list",
      );
    }
    const names = new Set<SettingName>(input.flag("all") ? SETTING_NAMES : []);
    for (const word of input.words) names.add(namedSetting(word, "reset"));
    return await store(
      input,
      io,
      new Map([...names].map((name) => [name, DEFAULT_SETTINGS[name]])),
    );
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  settingsList,
  settingsGet,
  settingsSet,
  settingsReset,
];

async function store(
  input: CommandInput,
  io: CommandIo,
  values: ReadonlyMap<SettingName, SettingValue>,
): Promise<number> {
  const result = await changeSettings(io, Object.fromEntries(values) as StoredSettings);
  const settings = [...values].map(([name, value]) => ({ name, value }));
  return await finishChange(input, io, result, { settings });
}

/** Returns a setting as every form of the listing shows it. */
function rowOf(name: SettingName, stored: StoredSettings): Row {
  const row: SettingRow = SETTINGS[name];
  return {
    name,
    value: effectiveSettings(stored)[name],
    default: row.default,
    unit: "unit" in row ? row.unit : "",
    summary: row.summary,
    ...("min" in row ? { min: row.min, max: row.max } : {}),
    ...("choices" in row ? { choices: row.choices } : {}),
    ...(row.kind === "numberOrWord" ? { choices: row.words } : {}),
  };
}

/**
 * Returns the pairs of name and value in `words`; `NAME=VALUE` is one too. To a list belong all words
 * up to the next name.
 */
function pairsOf(words: readonly string[]): (readonly [name: string, value?: string])[] {
  const pairs: (readonly [string, string?])[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const equals = word.indexOf("=");
    const value = words[i + 1];
    if (equals > 0) pairs.push([word.slice(0, equals), word.slice(equals + 1)]);
    else if (value === undefined) pairs.push([word]);
    else {
      let end = i + 2;
      if (isNameOfList(word)) { while (end < words.length && !beginsPair(words[end]!)) end++; }
      pairs.push([word, words.slice(i + 1, end).join(",")]);
      i = end - 1;
    }
  }
  return pairs;
}

function isNameOfList(word: string): boolean {
  const name = findSetting(word);
  return name !== null && isListed(name);
}

/** No block has the sign or the letters of a name. */
function beginsPair(word: string): boolean {
  return word.includes("=") || findSetting(word) !== null;
}

/** Returns the setting that `text` names. `value` is what it would be set to. */
function namedSetting(
  text: string,
  verb: "get" | "set" | "reset",
  value = "",
): SettingName {
  const found = findSetting(text);
  if (found !== null) return found;
  const refused = refusedSetting(text);
  if (refused !== null) {
    throw usageFault(`Cannot ${verb} ${quote(refused.name)}: ${refused.why}`, refused.hint);
  }
  const near = nearestName(text, SETTING_NAMES) as SettingName | null;
  const words = near === null ? [] : [near, ...verb === "set" ? [usable(near, value)] : []];
  throw usageFault(
    `Cannot ${verb} ${quote(text)}: no such setting`,
    near === null ? "httpcfg settings list" : `httpcfg settings ${verb} ${words.join(" ")}`,
  );
}

/** Returns `value` as a word, if the setting `name` can have it; else the default. */
function usable(name: SettingName, value: string): string {
  return isProblem(parseSetting(name, value))
    ? formatSetting(DEFAULT_SETTINGS[name])
    : shellWord(value);
}
