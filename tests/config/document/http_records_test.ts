// Goal: the codes of HttpSet-, HttpDelete- and HttpQueryServiceConfiguration. Method: edit by edit.
import { isProblem } from "../../../mod/base/problem.ts";
import { codeOf, valueOf } from "../../support/problems.ts";
import { assertEquals } from "@std/assert";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import {
  deleteSsl,
  deleteUrlAcl,
  findUrlAcl,
  setSsl,
  setUrlAcl,
  sslKeyOfAddress,
  sslKeyOfName,
  updateSsl,
} from "../../../mod/config/document/http_records.ts";

const RECORD: SslRecord = {
  key: "0.0.0.0:443",
  hash: "2c8bfddf59a4a51a2a5b6186c22473108295624d",
  appId: "{4dc3e181-e14b-4a21-b022-59fc669b0914}",
  certCheckMode: 0,
  revocationFreshnessTime: 0,
  urlRetrievalTimeout: 0,
  flags: 0,
};

Deno.test("setSsl(), updateSsl() and deleteSsl() return 0, 183 and 2", () => {
  const first = valueOf(setSsl(DEFAULT_DOCUMENT, RECORD));
  assertEquals(first.ssl, [RECORD]);
  assertEquals(codeOf(setSsl(first, { ...RECORD, flags: 2 })), 183);
  assertEquals(valueOf(updateSsl(first, { ...RECORD, flags: 2 })).ssl[0]?.flags, 2);
  assertEquals(codeOf(updateSsl(DEFAULT_DOCUMENT, RECORD)), 2);
  assertEquals(codeOf(deleteSsl(first, "10.0.0.1:443")), 2);
  assertEquals(valueOf(deleteSsl(first, RECORD.key)).ssl, []);
});

Deno.test("sslKeyOfAddress() and sslKeyOfName() return canonical keys", () => {
  const cases: [text: string, address: string | null, name: string | null][] = [
    ["0.0.0.0:443", "0.0.0.0:443", null],
    ["[::]:443", "[::]:443", null],
    ["[FE80::0:1]:443", "[fe80::1]:443", null],
    ["WWW.Example.com:443", null, "www.example.com:443"],
    ["10.0.0.1", null, null],
    ["10.0.0.1:0", null, null],
    ["10.0.0.1:70000", null, null],
    ["::1:443", null, null],
    ["a b:443", null, null],
    [":443", null, null],
    ["", null, null],
  ];
  for (const [text, address, name] of cases) {
    assertEquals([sslKeyOfAddress(text), sslKeyOfName(text)], [address, name], text);
  }
});

Deno.test("setUrlAcl() and deleteUrlAcl() return every documented code", () => {
  const SDDL = "D:(A;;GX;;;WD)";
  const steps: [verb: "set" | "delete", url: string, sddl: string, code: number][] = [
    ["set", "http://+:80/vroot/", SDDL, 0],
    ["set", "http://+:80/VROOT/", SDDL, 183],
    ["set", "http://+:80/vroot/deep/", SDDL, 0],
    ["set", "https://+:80/other/", SDDL, 183], // one scheme per port
    ["set", "https://+:443/", SDDL, 0],
    ["set", "http://+:80/x", SDDL, 87],
    ["set", "", SDDL, 87],
    ["set", "http://*:80/x/", "everyone", 1338],
    ["set", "http://*:80/x/", "D:(A;;GX;;;ME)", 1336],
    ["delete", "http://+:80/nowhere/", "", 2],
    ["delete", "not a url", "", 87],
    ["delete", "http://+:80/Vroot/", "", 0],
    ["delete", "http://+:80/vroot/", "", 2],
  ];
  let document: ConfigDocument = DEFAULT_DOCUMENT;
  for (const [verb, url, sddl, code] of steps) {
    const edit = verb === "set" ? setUrlAcl(document, { url, sddl }) : deleteUrlAcl(document, url);
    assertEquals(codeOf(edit), code, `${verb} ${url} ${sddl}`);
    if (!isProblem(edit)) document = edit;
  }
  const urls = document.urlAcl.map((record) => record.url);
  assertEquals(urls, ["http://+:80/vroot/deep/", "https://+:443/"]);
  assertEquals(findUrlAcl(document, "https://+:443/"), { url: "https://+:443/", sddl: SDDL });
});
