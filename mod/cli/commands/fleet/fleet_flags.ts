/**
 * The flags by which a command of a fleet finds its store.
 *
 * @module
 */
import { quote, shellWord, usageFault } from "../../../base/fault.ts";
import type { FlagInput, FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import type { StoreAddress } from "../../../fleet/etcd/store_address.ts";
import { NAME_PATTERN } from "../../../fleet/shared/records.ts";
import { nearestNumber } from "../../core/corrections.ts";

/** The flags for the keys of the fleet, and for whoever uses its store. */
export const ACCESS_FLAGS: Readonly<Record<string, FlagSpec>> = {
  prefix: { kind: "string", value: "KEY", summary: "what the keys begin with (/httpcfg/)" },
  ca: {
    kind: "string",
    value: "FILE",
    summary: "certificates of the authority of the store",
    completes: "file",
  },
  cert: {
    kind: "string",
    value: "FILE",
    summary: "own certificate for the store",
    completes: "file",
  },
  key: { kind: "string", value: "FILE", summary: "private key of --cert", completes: "file" },
  user: { kind: "string", value: "NAME", summary: "user of the store" },
  "password-file": {
    kind: "string",
    value: "FILE",
    summary: "file with the password of --user",
    completes: "file",
  },
};

/** The flags of every command of a fleet. */
export const STORE_FLAGS: Readonly<Record<string, FlagSpec>> = {
  store: {
    kind: "string",
    value: "URL[,URL…]",
    summary: "the store, on a machine that is no member",
  },
  ...ACCESS_FLAGS,
};

/** How a machine that is no member uses the commands, for the help. */
export const STORE_HELP =
  "A member knows its store; on another machine --store names it, with the flags after it as far as " +
  "it needs them.";

/** Returns the flags for the store as they were typed, with spaces before them, for another line. */
export function typedStore(input: FlagInput): string {
  return Object.keys(STORE_FLAGS).flatMap((name) => {
    const value = input.text(name);
    return value === null ? [] : [` --${name} ${shellWord(value)}`];
  }).join("");
}

/** Returns where the store at `urls` is; `absolute` returns the whole path of a file. */
export function readAddress(
  urls: readonly string[],
  input: FlagInput,
  absolute: (path: string) => string,
): StoreAddress {
  const [cert, key] = [input.text("cert"), input.text("key")];
  if ((cert === null) !== (key === null)) {
    const missing = cert === null ? "--cert" : "--key";
    throw usageFault(
      `Cannot use "${cert === null ? "--key" : "--cert"}": ${missing} is missing`,
      retype(input.commandLine, { add: [missing, cert === null ? "store.pem" : "store.key"] }),
    );
  }
  const [user, password] = [input.text("user"), input.text("password-file")];
  if ((user === null) !== (password === null)) {
    const missing = user === null ? "--user" : "--password-file";
    throw usageFault(
      `Cannot use "${user === null ? "--password-file" : "--user"}": ${missing} is missing`,
      retype(input.commandLine, { add: [missing, user === null ? "httpcfg" : "password.txt"] }),
    );
  }
  const file = (name: string, field: keyof StoreAddress): Partial<StoreAddress> => {
    const path = input.text(name);
    return path === null ? {} : { [field]: absolute(path) };
  };
  return {
    urls,
    ...file("ca", "caFile"),
    ...file("cert", "certFile"),
    ...file("key", "keyFile"),
    ...(user === null ? {} : { user }),
    ...file("password-file", "passwordFile"),
  };
}

/** Returns the prefix that is given, with the slashes that the keys need; null if none is. */
export function readPrefix(input: FlagInput): string | null {
  const text = input.text("prefix");
  if (text === null) return null;
  const inner = text.replace(/^\/+|\/+$/g, "");
  if (inner !== "" && !/[\s\0]/.test(inner)) return `/${inner}/`;
  throw usageFault(
    `Cannot use ${quote(text)} for "--prefix": expected a part of a key, such as /httpcfg/`,
    retype(input.commandLine, { flag: "prefix", to: "/httpcfg/" }),
  );
}

/** Returns the name of a member or group in a flag; null if it is not given. Throws a usage Fault. */
export function readName(input: FlagInput, flag: "name" | "group"): string | null {
  const text = input.text(flag);
  if (text === null || NAME_PATTERN.test(text)) return text;
  const better = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(
    /^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g,
    "",
  )
    .replace(/\.{2,}/g, ".").slice(0, 63);
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": expected letters, digits, ".", "-" and "_"`,
    retype(input.commandLine, {
      flag,
      to: NAME_PATTERN.test(better) ? better : flag === "name" ? "web1" : "edge",
    }),
  );
}

/** Returns the seconds in a flag, such as 60s or 10m; `usual` if it is not given. */
export function readSeconds<T extends number | null>(
  input: FlagInput,
  flag: string,
  { min, max, usual }: { readonly min: number; readonly max: number; readonly usual: T },
): number | T {
  const text = input.text(flag);
  if (text === null) return usual;
  const [, digits = "", unit] = /^([0-9]{1,6})(s|m|h)?$/.exec(text) ?? [];
  const seconds = Number(digits) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
  if (digits !== "" && seconds >= min && seconds <= max) return seconds;
  const better = nearestNumber(text, { min, max, usual: usual ?? 60 });
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": must be between ${min}s and ${max}s`,
    retype(input.commandLine, { flag, to: `${better}s` }),
  );
}
