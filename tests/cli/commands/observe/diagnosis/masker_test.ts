// Goal: what is not known to be harmless is masked; pseudonyms are the same wherever they are. Method:
// a table of values and of sentences.
import { assertEquals } from "@std/assert";
import {
  Masker,
  type MaskerOptions,
} from "../../../../../mod/cli/commands/observe/diagnosis/masker.ts";

function masker(more: Partial<MaskerOptions> = {}): Masker {
  const words = new Set(["MY", "proxy", "least-requests", "Default Web Site", "localhost"]);
  return new Masker({ words, folders: [["/home/ann", "~"]], hostNames: ["web7"], ...more });
}

Deno.test("value() shows what is harmless, has pseudonyms for places, and masks the rest", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["proxy", "proxy"],
    ["10/s", "10/s"],
    ["max-age=31536000; includeSubDomains", "max-age=31536000; includeSubDomains"],
    ["2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z"],
    ["127.0.0.2", "127.0.0.2"],
    ["0.0.0.0", "0.0.0.0"],
    ["::1", "::1"],
    ["10.0.0.5", "addr-1"],
    ["!10.0.0.5", "!addr-1"],
    ["10.0.0.0/24", "net-1/24"],
    ["127.0.0.0/8", "127.0.0.0/8"],
    ["fe80::1%eth0", "addr-1"],
    ["10.0.0.5:80:www.example.com", "addr-1:80:host-2"],
    [":8080:", ":8080:"],
    ["*:443:*.example.com", "*:443:*.host-2"],
    ["[2001:db8::1]:443", "addr-1:443"],
    ["www.example.com:443", "host-2:443"],
    ["https://ann:pass@www.example.com:8443/a?b=c", "https://[masked]@host-2:8443/[masked]"],
    ["http://+:80/", "http://+:80/"],
    ["http://10.0.0.5:3000", "http://addr-1:3000"],
    ["unix:/run/app.sock", "unix:path-1"],
    ["/srv/www", "path-1"],
    ["/home/ann/log", "~/log"],
    ["/home/ann/customer", "~/name-1"],
    ["C:\\Inetpub\\wwwroot", "path-1"],
    ["hello world", "[masked, 11 characters]"],
    ["hunter2", "[masked, 7 characters]"],
    ["1234567", "[masked, 7 characters]"],
    ["proxy ", "[masked, 6 characters]"],
  ];
  for (const [text, want] of cases) assertEquals(masker().value(text), want, text);
});

Deno.test("sentence() keeps what is said, and not of whom", () => {
  const cases: [string, string][] = [
    ["the port is taken by nginx (pid 812)", "the port is taken by nginx (pid 812)"],
    ["Cannot bind 10.0.0.5:80", "Cannot bind addr-1:80"],
    ["Cannot bind [2001:db8::5]:80", "Cannot bind [addr-1]:80"],
    ["at 03:04:05 of 2026-01-02", "at 03:04:05 of 2026-01-02"],
    ["web7 and WEB7 know www.example.com", "host-1 and host-1 know host-2"],
    ['Cannot use "s3cret": unknown', 'Cannot use "[masked]": unknown'],
    ['Cannot use "10.0.0.5": unknown', 'Cannot use "addr-1": unknown'],
    ["see https://ann:pw@ca.example/acme/order/17?t=1", "see https://[masked]@host-2/[masked]"],
    ["Authorization: Bearer abc", "Authorization: [masked]"],
    ["with Cookie: a=b; c", "with Cookie: [masked]; c"],
    ["sent Basic YW5uOnB3ZA==", "sent Basic [masked]"],
    ["ann:$2y$05$abcdefghij of htpasswd", "[masked hash] of htpasswd"],
    [
      "key -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- ends",
      "key [masked PEM] ends",
    ],
    ["token 8f3a9c1d2b4e6f708192", "token [masked]"],
    ["read /home/ann/config.json, not /srv/customer", "read ~/config.json, not path-1"],
    ["mail ann@example.com", "mail [masked address]"],
    ["Unable to convert IP Listen-Only list entry", "Unable to convert IP Listen-Only list entry"],
  ];
  for (const [text, want] of cases) assertEquals(masker().sentence(text), want, text);
});

Deno.test("what was masked as a value is masked in sentences, and a site has its pseudonym", () => {
  const one = masker();
  one.value("X-Token: tok-77-abc");
  assertEquals(one.sentence("it got tok-77-abc from somewhere"), "it got [masked] from somewhere");
  assertEquals(one.site("Shop of Ann"), "site-1");
  assertEquals(one.sentence("Site Shop of Ann is stopped"), "Site site-1 is stopped");
  assertEquals(one.sentence('Site "Shop of Ann" is stopped'), 'Site "site-1" is stopped');
});

Deno.test("pseudonyms stay the same, and the legend says of which kind they are", () => {
  const one = masker();
  assertEquals(one.value("10.0.0.5"), "addr-1");
  assertEquals(one.value("8.8.8.8:53"), "addr-2:53");
  assertEquals(one.sentence("again 10.0.0.5 and 8.8.8.8"), "again addr-1 and addr-2");
  assertEquals(one.value("10.0.0.0/24"), "net-1/24");
  assertEquals(one.legend(), [
    "addr-1: IPv4, private",
    "addr-2: IPv4",
    "net-1: a block of IPv4 with addr-1",
  ]);
});

Deno.test("with names, secrets are masked all the same", () => {
  const one = masker({ withNames: true });
  assertEquals(one.value("10.0.0.5:80:www.example.com"), "10.0.0.5:80:www.example.com");
  assertEquals(
    one.value("https://ann:pw@www.example.com/x?y"),
    "https://[masked]@www.example.com/[masked]",
  );
  assertEquals(one.value("hunter2"), "[masked, 7 characters]");
  assertEquals(
    one.sentence("Authorization: Bearer abc from 10.0.0.5"),
    "Authorization: [masked] from 10.0.0.5",
  );
});
