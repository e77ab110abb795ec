// Goal: what users of other programs type becomes the command that it is here, or a choice. Method:
// a table of lines; the table of guesses itself, each row typed.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { COMMAND_NAMES, loadCommand } from "../../../mod/cli/command_table.ts";
import type { CommandTable } from "../../../mod/cli/core/command.ts";
import { findCommand } from "../../../mod/cli/core/find_command.ts";
import type { MachineFacts } from "../../../mod/cli/guess/guess_arguments.ts";
import { guessLine } from "../../../mod/cli/guess/guess_line.ts";
import { GUESSES, type PLACEHOLDERS } from "../../../mod/cli/guess/guess_table.ts";
import { matchGuess } from "../../../mod/cli/guess/match_guess.ts";
import { shellWords } from "../../support/command_home.ts";

const COMMANDS: CommandTable = { names: COMMAND_NAMES, load: loadCommand };

const FACTS: MachineFacts = {
  isFolder: (path) => Promise.resolve(path === "html"),
  addressesOf: (name) => {
    const known: Readonly<Record<string, readonly string[]>> = {
      eth0: ["192.0.2.1"],
      eth1: ["192.0.2.2", "2001:db8::2"],
    };
    return (known[name] ?? []) as readonly Ip[];
  },
};

/** Returns what the line is taken for: commands with `;`, choices with `|`, "" for nothing. */
async function guessed(line: string): Promise<string> {
  const meaning = await guessLine(shellWords(line), COMMANDS, FACTS);
  if (meaning === null) return "";
  const lines = meaning.lines.map((words) => words.join(" "));
  return lines.join(meaning.kind === "taken" ? "; " : " | ");
}

async function check(cases: readonly (readonly [line: string, want: string])[]): Promise<void> {
  for (const [line, want] of cases) assertEquals(await guessed(line), want, line);
}

Deno.test("services, as other programs name them", async () => {
  await check([
    ["start", "net start w3svc"],
    ["START", "net start w3svc"],
    ["up", "net start w3svc"],
    ["start w3svc", "net start w3svc"],
    ["start http", "net start http"],
    ["start shop", "site start shop"],
    ["start site shop", "site start shop"],
    ["stop", "net stop http /y"],
    ["down", "net stop http /y"],
    ["-s stop", "net stop http /y"],
    ["-s reload", "reload"],
    ["stop w3svc", "net stop w3svc /y"],
    ["stop shop", "site stop shop"],
    ["restart", "net stop http /y; net start w3svc"],
    ["restart w3svc", "net stop w3svc; net start w3svc"],
    ["restart shop", "site stop shop; site start shop"],
    ["service restart", "net stop http /y; net start w3svc"],
    ["service start", "net start w3svc"],
    ["iisreset", "net stop http /y; net start w3svc"],
    ["iisreset /stop", "net stop http /y"],
    ["restart httpcfg", "net stop http /y; net start w3svc"],
    ["run", "serve"],
    ["enable shop", "site start shop"],
    ["disable shop", "site stop shop"],
    ["enable", "service install | site start NAME"],
    ["install --print", "service install --print"],
    ["pause", "net pause w3svc"],
    ["resume shop", "site continue shop"],
  ]);
});

Deno.test("looking at the service, as other programs name it", async () => {
  await check([
    ["version", "--version"],
    ["-v", "--version"],
    ["ps", "status"],
    ["info --json", "status --format json"],
    ["show", "status"],
    ["list", "site list"],
    ["ls", "site list"],
    ["ls --csv", "site list --format csv"],
    ["list sites", "site list"],
    ["list certs", "cert list"],
    ["list addresses", "query iplisten"],
    ["show shop", "site show shop"],
    ["log shop -f", "logs shop --follow"],
    ["logs -f", "logs --follow"],
    ["logs -n 5", "logs --limit 5"],
    ["tail shop", "logs --follow shop"],
    ["errors", "logs --errors"],
    ["port 80", "who 80"],
    ["whois :80", "who 80"],
    ["who :80", "who 80"],
    ["who *:80", "who 80"],
    ["who https", "who 443"],
    ["who 10.0.0.5", "who 10.0.0.5:80"],
    ["who ::1", "who [::1]:80"],
    ["diff", "plan"],
    ["explain 10.0.0.5", "explain 10.0.0.5:80"],
    ["explain ::1", "explain [::1]:80"],
    ["explain [::1]", "explain [::1]:80"],
    ["explain 2001:db8::1:8080", "explain [2001:db8::1]:8080 | explain [2001:db8::1:8080]:80"],
    ["explain www.example.com", "explain http://www.example.com/"],
    ["explain www.example.com:8080", "explain http://www.example.com:8080/"],
    ["explain www.example.com:443", "explain https://www.example.com/"],
    ["explain www.example.com/a?b=1", "explain http://www.example.com/a?b=1"],
    ["why www.example.com", "explain http://www.example.com/"],
    ["explain :8080", "explain 127.0.0.1:8080 | who 8080"],
    ["explain 10.0.0", ""],
    ["explain --host a.example 10.0.0.5", "explain --host a.example 10.0.0.5:80"],
    ["explain --host a.example a.example", "explain --host a.example http://a.example/"],
  ]);
});

Deno.test("the list, sites and certificates, as other programs name them", async () => {
  await check([
    ["add 10.0.0.5", "set iplisten -i 10.0.0.5"],
    ["add 10.0.0.5 10.0.0.6", "set iplisten -i 10.0.0.5 -i 10.0.0.6"],
    ["listen 10.0.0.0/8", "set iplisten -i 10.0.0.0/8"],
    ["exclude 10.0.0.5", "set iplisten --except 10.0.0.5"],
    ["rm 10.0.0.5", "delete iplisten -i 10.0.0.5"],
    ["remove ::1", "delete iplisten -i ::1"],
    ["rm shop", "delete iplisten -i shop | site remove shop"],
    ["add eth0", "set iplisten -i eth0 | site add eth0 --bind :80: --root DIR"],
    ["ips", "query iplisten"],
    ["sites", "site list"],
    ["sites list", "site list"],
    ["site ls", "site list"],
    ["site show", "site list"],
    ["site list shop", "site show shop"],
    ["site rm shop", "site remove shop"],
    ["site delete shop", "site remove shop"],
    ["site create shop --bind :81: --echo", "site add shop --bind :81: --echo"],
    ["site enable shop", "site start shop"],
    ["site restart shop", "site stop shop; site start shop"],
    ["cert ls", "cert list"],
    ["certs", "cert list"],
    ["cert rm 63b5", "cert remove 63b5"],
    ["cert add a.pem b.key", "cert import --cert a.pem --key b.key"],
    ["cert import a.pem b.key", "cert import --cert a.pem --key b.key"],
    [
      "cert add",
      "cert import --cert fullchain.pem --key privkey.pem | cert create --self-signed --name NAME",
    ],
    [
      "reverse-proxy http://+:80/a/ http://127.0.0.1:1",
      "register http://+:80/a/ --to http://127.0.0.1:1",
    ],
  ]);
});

Deno.test("the configuration, as other programs name it", async () => {
  await check([
    ["config set ConnectionTimeout 60", "settings set ConnectionTimeout 60"],
    ["config get ConnectionTimeout", "settings get ConnectionTimeout"],
    ["config list", "settings list"],
    ["get connectiontimeout", "settings get connectiontimeout"],
    ["-t", "config check"],
    ["test", "config check"],
    ["validate new.json", "config check new.json"],
    ["config validate", "config check"],
    ["config cat", "config show"],
    ["-T", "config show"],
    ["edit", "config edit"],
    ["import new.json", "config import new.json"],
    ["import a.pem b.pem", "cert import --cert a.pem --key b.pem"],
    ["undo 7", "rollback 7"],
    ["undo", "history | rollback NUMBER"],
    ["history list", "history"],
    ["completion bash", "completions bash"],
  ]);
});

Deno.test("formats and flags, as other programs spell them", async () => {
  await check([
    ["status --json", "status --format json"],
    ["status -j", "status --format json"],
    ["status -f json", "status --format json"],
    ["status -o json", "status --format json"],
    ["status --output=JSON", "status --format json"],
    ["status --format JSON", "status --format json"],
    ["status --format=yaml", ""],
    ["status --format=json", ""],
    ["status --format=JSON", "status --format json"],
    ["query iplisten --csv", "query iplisten --format csv"],
    ["site list --ndjson", "site list --format ndjson"],
    ["status --config /x.json", "--config /x.json status"],
    ["status --config=/x.json", "--config=/x.json status"],
    ["status --user", "--user status"],
    ["reload -y", "reload --yes"],
    ["reload --force", "reload --yes"],
    ["site remove shop --json", "site remove shop --format json"],
    ["serve --json", ""],
    ["site show json --json", "site show json --format json"],
    ["site show --json json", "site show --format json json"],
    ["site show -o json json", "site show --format json json"],
    ["site set a --name --user --bnd x", ""],
    ["site set a --name -y", ""],
    ["status -- --user", ""],
  ]);
});

Deno.test("bindings of which a part is typed", async () => {
  const add = (bind: string): string => `site add a ${bind} --echo`;
  const cases: [typed: string, want: string][] = [
    ["10.0.0.5", "10.0.0.5:80:"],
    ["8080", ":8080:"],
    ["www.example.com", ":80:www.example.com"],
    ["WWW.example.com:8080", ":8080:www.example.com"],
    ["intranet:8080", ":8080:intranet"],
    ["www.example.com:8080:", ":8080:www.example.com"],
    ["::1", "[::1]:80:"],
    ["[::1]", "[::1]:80:"],
    ["*", ":80:"],
    ["0.0.0.0", ":80:"],
    ["0.0.0.0:8080", ":8080:"],
    ["0.0.0.0:8080:a.example", ":8080:a.example"],
    ["[::]:8080:", ":8080:"],
    [":::8080", ":8080:"],
    ["http://0.0.0.0:8080/", ":8080:"],
    ["http://www.example.com/", ":80:www.example.com"],
    ["http://10.0.0.5:8080", "10.0.0.5:8080:"],
    ["eth0", "192.0.2.1:80:"],
  ];
  for (const [typed, want] of cases) {
    assertEquals(await guessed(add(`--bind ${typed}`)), add(`--bind ${want}`), typed);
    assertEquals(await guessed(add(`--bind=${typed}`)), add(`--bind ${want}`), typed);
    const set = `site set a --bind ${want} --name b`;
    assertEquals(await guessed(`site set a --bind ${typed} --name b`), set, typed);
  }
  for (const valid of [":80", "10.0.0.5:80", "[::1]:8080", "10.0.0.5:80:a.example", "*:80:"]) {
    assertEquals(await guessed(add(`--bind ${valid}`)), "", valid);
    assertEquals(await guessed(add(`--bind=${valid}`)), "", valid);
  }
  for (
    const bad of [
      "intranet",
      "10.0.0",
      "300.1.1.1",
      "70000",
      "a b",
      "",
      "-1",
      "224.0.0.1:80",
      "224.0.0.1",
    ]
  ) {
    assertEquals(await guessed(`site add a --bind '${bad}' --echo`), "", bad);
  }
  await check([
    [add("--bind-tls 10.0.0.5"), add("--bind-tls 10.0.0.5:443:")],
    [add("--bind https://a.example"), add("--bind-tls :443:a.example")],
    [
      add("--bind localhost:8080"),
      `${add("--bind 127.0.0.1:8080:")} | ${add("--bind :8080:localhost")}`,
    ],
    [add("--bind eth1"), `${add("--bind 192.0.2.2:80:")} | ${add("--bind [2001:db8::2]:80:")}`],
    [
      add("--bind 2001:db8::1:8080"),
      `${add("--bind [2001:db8::1]:8080:")} | ${add("--bind [2001:db8::1:8080]:80:")}`,
    ],
  ]);
});

Deno.test("site add NAME DIR|URL", async () => {
  await check([
    ["site add blog /srv/blog", "site add blog --bind :80: --root /srv/blog"],
    ["site add blog ./blog", "site add blog --bind :80: --root ./blog"],
    ["site add blog html", "site add blog --bind :80: --root html"],
    [
      "site add blog hi",
      "site add blog --bind :80: --root hi | site add blog --bind :80: --respond hi",
    ],
    ["site add /srv/blog", "site add blog --bind :80: --root /srv/blog"],
    ["site add /srv/blog shop", "site add shop --bind :80: --root /srv/blog"],
    ["site add a.example /srv", "site add a.example --bind :80:a.example --root /srv"],
    ["site add blog /srv --bind 8080", "site add blog --bind :8080: --root /srv"],
    ["site add blog --bind :81: /srv", "site add blog --bind :81: --root /srv"],
    ["site add blog --root /srv", "site add blog --bind :80: --root /srv"],
    ["site add blog --echo", "site add blog --bind :80: --echo"],
    ["site add blog https://b.example/", "site add blog --bind :80: --redirect https://b.example/"],
    [
      "site add app http://127.0.0.1:3000",
      "site add app --bind :80: --redirect http://127.0.0.1:3000 | " +
      "register http://+:80/ --to http://127.0.0.1:3000",
    ],
    ["add blog /srv/blog", "site add blog --bind :80: --root /srv/blog"],
    ["site add blog", ""],
    ["site add blog --respond --bind", "site add blog --bind :80: --respond --bind"],
    ["site set blog --name --bind --bind 81", "site set blog --name --bind --bind :81:"],
    ["site add blog a b c", ""],
    ["site add blog /srv --echo", ""],
  ]);
});

Deno.test("what is no guess stays an error", async () => {
  for (const line of ["frobnicate", "statsu", "site lst", "site", "help", "-x", "10.0.0.5", "''"]) {
    assertEquals(await guessed(line), "", line);
  }
});

/** A word for each placeholder of the table. */
const SAMPLES: Readonly<Record<(typeof PLACEHOLDERS)[number], string>> = {
  ENTRY: "10.0.0.5",
  ENTRIES: "10.0.0.5",
  SERVICE: "w3svc",
  SETTING: "ConnectionTimeout",
  PORT: "80",
  NUMBER: "7",
  FILE: "a.json",
  PEM: "a.pem",
  NAME: "shop",
  VALUE: "some",
};

Deno.test("every row of the table is reached, and is taken for commands that exist", () => {
  const isCommand = (words: readonly string[]): boolean => {
    // The commands for settings are another file's.
    return words[0] === "--version" || words[0] === "settings" ||
      findCommand(words, COMMAND_NAMES) !== null;
  };
  const samples = new Map<string, string>([...Object.entries(SAMPLES), ["…", "--more"]]);
  const filled = (line: string, typed: string): string => {
    return line.replaceAll(/[A-Z]+(?= |$)|…/g, (one) => {
      return typed.split(" ").includes(one) ? samples.get(one)! : one;
    });
  };
  for (const guess of GUESSES) {
    const words = filled(guess.typed, guess.typed).split(" ").map((part) => part.split("|")[0]!);
    const found = matchGuess(words);
    const wanted = "choices" in guess ? guess.choices : guess.lines;
    assertEquals(
      found?.lines.map((line) => line.join(" ")),
      wanted.map((line) => filled(line, guess.typed)),
      guess.typed,
    );
    for (const line of found!.lines) assert(isCommand(line), `${guess.typed}: ${line.join(" ")}`);
  }
});

Deno.test("no row begins with a command that would run it as it is", async () => {
  for (const { typed } of GUESSES) {
    for (const first of typed.split(" ")[0]!.split("|")) {
      const name = COMMAND_NAMES.find((one) => one === first);
      if (name === undefined) continue;
      const { words, legacy } = await loadCommand(name);
      // Such a row is for a line that the command refuses: it has too many words, or is Httpcfg.exe's.
      assert(legacy || words.max < Infinity, typed);
    }
  }
});

/** Numbers from 0 to 1, the same on every run (Park and Miller). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

Deno.test("any words are completed in few steps, or are no guess; nothing is thrown", async () => {
  const random = randomFrom(813368);
  const words = [
    ...GUESSES.flatMap(({ typed }) => typed.split(" ").flatMap((part) => part.split("|"))),
    ...Object.values(SAMPLES),
    ...COMMAND_NAMES.flatMap((name) => name.split(" ")),
    ...[
      "--bind",
      "--bind=",
      "--root",
      "--config",
      "--json",
      "--",
      "-",
      "",
      "::1",
      "[",
      "http://",
      "é",
    ],
    ...[
      "--format=json",
      "--host",
      "localhost:80",
      "a:b:c",
      "2001:db8::1:80",
      "\u0000",
      "__proto__",
    ],
  ];
  const pick = (): string => words[Math.floor(random() * words.length)]!;
  for (let i = 0; i < 5000; i++) {
    const line = Array.from({ length: 1 + Math.floor(random() * 5) }, pick);
    const meaning = await guessLine(line, COMMANDS, FACTS);
    if (meaning?.kind !== "taken") continue;
    for (const taken of meaning.lines) {
      assert(taken.length > 0 && taken.every((word) => typeof word === "string"), line.join(" "));
      // What is taken is not completed again: the line that is shown is the line that is run.
      if (meaning.lines.length === 1) {
        const again = await guessLine(taken, COMMANDS, FACTS);
        assert(again === null, `${JSON.stringify(line)}: ${JSON.stringify(again)}`);
      }
    }
  }
});
