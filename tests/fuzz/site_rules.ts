/**
 * Fuzzes what the rules of a site are made of, and what clients and password files say to them. The
 * rules:
 *
 * - every text is read, or there is a problem with a reason; nothing is thrown;
 * - what was read has one spelling, which is read as itself;
 * - no value can end a line of a head, and no user name a line of a log.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { isFieldValue } from "../../mod/base/exchange.ts";
import { isProblem, type Problem } from "../../mod/base/problem.ts";
import { parseClients } from "../../mod/config/document/site_rules.ts";
import { parseMediaType } from "../../mod/config/rules/media_type.ts";
import { parseRequestRate } from "../../mod/config/rules/request_rate.ts";
import { parseHsts, parseResponseField } from "../../mod/config/rules/response_field.ts";
import { parseCredentials } from "../../mod/site/rules/credentials.ts";
import { parseHtpasswd } from "../../mod/site/rules/htpasswd.ts";
import { mutatedText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const TEXTS = [
  ...["all", "10.0.0.0/8", "2001:db8::/32", "fe80::1%eth0", "0.0.0.0", "10/s", "600r/m", "1/h"],
  ...["X-A: b", "Cache-Control: no-store", "31536000", "300; includeSubDomains", "max-age=0"],
  ...[".foo=text/x-foo", "foo=text/plain; charset=utf-8", "Basic Ym9iOnNlY3JldA=="],
  "bob:$2y$10$mo3hNpdCFIAqQa/GVLseZeHIZPd4K1lC516Wn6MDh649aF4h5R3ty\n# eve\neve:x",
];

function text(random: Random): string {
  const one = random.pick(TEXTS);
  return random.chance(4) ? one : mutatedText(one, random);
}

/** Checks that what was read from a text is read from its one spelling. */
function hasOneSpelling<T>(
  given: string,
  parse: (text: string) => T | Problem,
  spell: (value: T) => string,
): void {
  const value = parse(given);
  if (isProblem(value)) return assert(value.reason !== "");
  const spelled = spell(value);
  const again = parse(spelled);
  assert(!isProblem(again), `${spelled} is not read`);
  assertEquals(spell(again), spelled);
  assert(isFieldValue(spelled), "it could end a line");
}

function check(given: string): void {
  hasOneSpelling(given, parseRequestRate, (rate) => rate.text);
  hasOneSpelling(given, parseResponseField, (field) => field.text);
  hasOneSpelling(given, parseHsts, (value) => value);
  const clients = parseClients(given);
  if (!isProblem(clients)) { for (const one of clients) assertEquals(parseClients(one), [one]); }
  const [extension = "", type = ""] = given.split("=");
  const media = parseMediaType(extension, type);
  if (!isProblem(media)) assert(isFieldValue(media.type));
  const credentials = parseCredentials(given);
  const users = [...parseHtpasswd(given).hashes.keys(), ...(credentials ? [credentials.user] : [])];
  for (const user of users) assert(user !== "" && !/\p{Cc}/u.test(user), "a user in the log");
}

export const siteRules = target("site rules", text, () => ({ check }));
