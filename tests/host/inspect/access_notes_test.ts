// Goal: explain says what the rules of a site do to a request. Method: rules as values.
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { SslAccess } from "../../../mod/config/rules/ssl_access.ts";
import { accessNotes, tlsNotes } from "../../../mod/host/inspect/access_notes.ts";

Deno.test("accessNotes() names the rules, or decides about a client", () => {
  const access = { allow: ["10.0.0.0/8"], deny: ["10.0.0.5"] };
  assertEquals(accessNotes(access, null), [
    "Clients in 10.0.0.0/8 may use the site",
    "Clients in 10.0.0.5 are denied with 403",
    "Clients in no block are denied",
  ]);
  assertEquals(accessNotes({ deny: ["10.0.0.5"] }, null).at(-1), "Clients in no block may use it");
  assertEquals(accessNotes(access, "10.0.0.5" as Ip), ["10.0.0.5 is denied with 403"]);
  assertEquals(accessNotes(access, "10.0.0.6" as Ip), ["10.0.0.6 may use the site"]);
  assertEquals(accessNotes({}, "10.0.0.6" as Ip), []);
  const limits = { rate: "10/s", connectionsPerClient: 3, basicAuth: { file: "/etc/users" } };
  assertEquals(accessNotes(limits, null), [
    "Beyond 3 connections a client gets 503",
    "Beyond 10/s a client gets 429",
    "Without a password of /etc/users a client gets 401",
  ]);
});

Deno.test("tlsNotes() says who gets no content for want of https or of a certificate", () => {
  const cases: [demands: SslAccess[], isTls: boolean, note: string | null][] = [
    [[], false, null],
    [[], true, null],
    [["Ssl"], false, "Over plain http every client gets 403"],
    [["Ssl"], true, null],
    [["Ssl128"], true, null],
    [["SslNegotiateCert"], true, "A client with a certificate that is not believed gets 403"],
    [["SslNegotiateCert"], false, null],
    [["SslRequireCert"], true, "Without a certificate that is believed a client gets 403"],
    [["SslRequireCert"], false, "Over plain http every client gets 403"],
  ];
  for (const [demands, isTls, note] of cases) {
    assertEquals(tlsNotes(demands, isTls), note === null ? [] : [note], demands.join());
  }
});
