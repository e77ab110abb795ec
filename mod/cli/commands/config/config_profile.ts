/**
 * `config profile`: sets the settings of a profile, or shows the profiles.
 *
 * @module
 */
import { changeSettings, withSettings } from "../../../admin/change_setting.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { nearestName } from "../../../base/hints/nearest.ts";
import { retype } from "../../../base/hints/retype.ts";
import { diffValues } from "../../../config/document/diff.ts";
import {
  PROFILE_NAMES,
  type ProfileName,
  profileOf,
  PROFILES,
} from "../../../config/document/profiles.ts";
import { effectiveSettings, type StoredSettings } from "../../../config/document/settings.ts";
import { type CommandSpec, FORMAT_FLAG } from "../../core/command.ts";
import { answerText, type Row, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, checkChangeForm, finishChange, isJson } from "../../core/outcome.ts";
import { showChanges } from "../../core/replaced.ts";
import { table } from "../../core/table.ts";

const configProfile: CommandSpec = {
  name: "config profile",
  usage: "[NAME]",
  summary: "Set the time-outs of a profile, or show the profiles",
  details: [
    ...PROFILE_NAMES.map((name) => `${name}: ${PROFILES[name].summary}.`),
    "The settings are stored as values, whatever they were before; all of them are one change, " +
    "which httpcfg rollback takes back. Without NAME, shows the settings of each profile beside " +
    "the stored ones. httpcfg-config(5) says what each setting does, and what has none.",
  ],
  examples: [
    { line: "httpcfg config profile", shows: "the profiles, and what is stored" },
    { line: "httpcfg config profile strict --dry-run", shows: "what it would change" },
    { line: "httpcfg config profile strict", shows: "cut slow clients sooner" },
  ],
  flags: {
    "dry-run": { kind: "boolean", summary: "store nothing, only show what would change" },
    idempotent: CHANGE_FLAGS.idempotent,
    ...FORMAT_FLAG,
  },
  words: { min: 0, max: 1 },
  async run(input, io): Promise<number> {
    const [word] = input.words;
    const { settings: before } = await io.store.read();
    if (word === undefined) {
      const rows = rowsOf(before);
      const listing = { name: "profiles", columns: ["setting", "stored", ...PROFILE_NAMES], rows };
      const profile = profileOf(before);
      await writeListing(input, io, listing, {
        text: () => {
          io.show(table(listing, io.screen));
          io.note(profile === null ? "No profile is stored." : `Stored: profile ${profile}.`);
        },
        json: { profile, profiles: rows },
      });
      return EXIT.ok;
    }
    const profile = profileNamed(word, input.commandLine);
    const { settings } = PROFILES[profile];
    checkChangeForm(input, `httpcfg config profile ${profile}`);
    const changes = diffValues(before, withSettings(before, settings), "settings");
    if (!input.flag("dry-run")) {
      const result = await changeSettings(io, settings);
      const isShown = result.changed && !isJson(input);
      if (isShown) showChanges(io, changes);
      return await finishChange(input, io, result, { profile, changes });
    }
    if (isJson(input)) io.out(answerText({ changed: false, profile, changes }));
    else showChanges(io, changes);
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [configProfile];

function profileNamed(word: string, commandLine: readonly string[]): ProfileName {
  const found = PROFILE_NAMES.find((name) => name === word.toLowerCase());
  if (found !== undefined) return found;
  const near = nearestName(word, PROFILE_NAMES);
  throw usageFault(
    `Cannot use ${quote(word)}: must be one of ${PROFILE_NAMES.join(", ")}`,
    near === null ? "httpcfg config profile" : retype(commandLine, { word, to: [near] }),
  );
}

function rowsOf(stored: StoredSettings): Row[] {
  const effective = effectiveSettings(stored);
  const names = Object.keys(PROFILES.strict.settings) as (keyof typeof PROFILES.strict.settings)[];
  return names.map((setting) => ({
    setting,
    stored: effective[setting],
    default: PROFILES.default.settings[setting]!,
    strict: PROFILES.strict.settings[setting],
  }));
}
