/**
 * What to type instead of a command line whose arguments cannot be used. Loaded when one is refused.
 *
 * @module
 */
import type { WordKind } from "../../base/flag_spec.ts";
import { nearestName } from "../../base/hints/nearest.ts";
import { retype } from "../../base/hints/retype.ts";
import type { Slip } from "./args.ts";
import type { CommandSpec } from "./command.ts";

/** Returns the hint for `slip` in the line `args` of the command `spec`. */
export function argsHint(spec: CommandSpec, args: readonly string[], slip: Slip): string {
  switch (slip.kind) {
    case "unknown flag": {
      const [, name = "", rest = ""] = /^-+([^=]*)(=.*)?$/s.exec(slip.word) ?? [];
      const forms = spec.flags["format"]?.choices ?? [];
      const near = nearestName(name, [...Object.keys(spec.flags), "help", ...forms]);
      if (near === null) return `httpcfg ${spec.name} --help`;
      if (forms.includes(near)) return retype(args, { word: slip.word, to: ["--format", near] });
      return retype(args, { word: slip.word, to: [`--${near}${rest}`] });
    }
    case "value not taken": {
      const isNo = /=(?:false|no|off|0)$/i.test(slip.word);
      return retype(args, { word: slip.word, to: isNo ? [] : [slip.word.replace(/=.*$/s, "")] });
    }
    case "value missing":
      return retype(args, { word: slip.word, to: [slip.word, sampleOf(spec, slip.flag)] });
    case "twice": {
      // What comes last counts, as in most programs.
      const { flag, values } = slip;
      const once = values.slice(0, -1).map((from) => ({ flag, from, to: null }));
      return retype(args, ...once);
    }
    case "no choice": {
      const { flag, value } = slip;
      const choices = spec.flags[flag]!.choices!;
      return retype(args, { flag, from: value, to: nearestName(value, choices) ?? choices[0]! });
    }
    case "word missing": {
      const [kind] = spec.completes ?? [];
      const list = kind === undefined ? undefined : LISTS[kind];
      return list ?? spec.examples?.[0]?.line ?? `httpcfg ${spec.name} ${spec.usage}`.trimEnd();
    }
    case "too many words": {
      const { words, max } = slip;
      // An unquoted name of several words.
      const isName = max === 1 && spec.completes?.[0] === "site";
      const kept = isName ? [words.join(" ")] : words.slice(0, max);
      const without = words.map((word) => ({ word, to: [] }));
      return retype(args, ...without, { append: kept });
    }
  }
}

/** The command that shows what a missing word may be. */
const LISTS: Readonly<Partial<Record<WordKind, string>>> = {
  site: "httpcfg site list",
  version: "httpcfg history",
  certificate: "httpcfg cert list",
};

/** A value for a flag: one that is allowed, one that is usual, or what the help calls it. */
function sampleOf({ flags }: CommandSpec, name: string): string {
  const { choices, suggests, value } = flags[name]!;
  // The first of the choices is mostly the default.
  return choices?.[1] ?? choices?.[0] ?? suggests?.[0] ?? value ?? "VALUE";
}
