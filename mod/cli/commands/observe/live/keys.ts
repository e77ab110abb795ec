/**
 * The keys in what a terminal sends. Pure.
 *
 * @module
 */

/** What follows `ESC [` or `ESC O` -> the key. */
const SEQUENCES: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "shift+tab",
  "1~": "home",
  "7~": "home",
  "4~": "end",
  "8~": "end",
  "3~": "delete",
  "5~": "pageup",
  "6~": "pagedown",
};

const CONTROLS: Readonly<Record<number, string>> = {
  0x08: "backspace",
  0x09: "tab",
  0x0a: "enter",
  0x0d: "enter",
  0x1b: "escape",
  0x7f: "backspace",
};

const ESC = 0x1b;

/** Keys that were read, and the bytes of one that has not ended. */
interface ReadKeys {
  readonly keys: readonly string[];
  readonly rest: string;
}

/**
 * Returns the keys of `text`: a character, or a name such as `up`, `ctrl+c`. What a sequence that is
 * cut off has so far is the rest, to stand before what comes next; a lone ESC is the key Escape,
 * because terminals send a sequence in one piece.
 */
export function parseKeys(text: string): ReadKeys {
  const keys: string[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.codePointAt(at)!;
    const next = text[at + 1];
    if (code === ESC && (next === "[" || next === "O")) {
      const end = endOfSequence(text, at + 2);
      if (end === null) return { keys, rest: text.slice(at) };
      const sequence = text.slice(at + 2, end);
      // With Shift, Ctrl or Alt it is `1;5A`: the key itself counts.
      const plain = sequence.replace(/^([0-9]*);[0-9]+/, (_, first) => first === "1" ? "" : first);
      const key = SEQUENCES[plain];
      if (key !== undefined) keys.push(key);
      at = end;
      continue;
    }
    const name = CONTROLS[code];
    if (name !== undefined) keys.push(name);
    else if (code < 0x20) keys.push(`ctrl+${String.fromCharCode(code + 0x60)}`);
    else keys.push(String.fromCodePoint(code));
    at += code > 0xffff ? 2 : 1;
  }
  return { keys, rest: "" };
}

/** The end of a sequence: parameters and intermediate bytes, then one final byte (ECMA-48, 5.4). */
function endOfSequence(text: string, from: number): number | null {
  let at = from;
  while (at < text.length && /[ -?]/.test(text[at]!)) at++;
  return at < text.length ? at + 1 : null;
}
