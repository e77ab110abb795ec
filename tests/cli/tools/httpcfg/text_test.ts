// Goal: the layouts of "Httpcfg Examples", to the column. Method: whole texts.
import { assertEquals } from "@std/assert";
import * as text from "../../../../mod/cli/tools/httpcfg/text.ts";

Deno.test("sslRecordText() equals the example of the page", () => {
  const record = {
    key: "10.0.0.13:80",
    hash: "2c8bfddf59a4a51a2a5b6186c22473108295624d",
    appId: "{2bb50d9c-7f6a-4d6f-873d-5aee7fb43290}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
  assertEquals(
    text.sslRecordText(record),
    `    IP                      : 10.0.0.13:80
    Hash                    : 2c8bfddf59a4a51a2a5b6186c22473108295624d
    Guid                    : {2bb50d9c-7f6a-4d6f-873d-5aee7fb43290}
    CertStoreName           : (null)
    CertCheckMode           : 0
    RevocationFreshnessTime : 0
    UrlRetrievalTimeout     : 0
    SslCtlIdentifier        : (null)
    SslCtlStoreName         : (null)
    Flags                   : 0
------------------------------------------------------------------------------
`,
  );
});

Deno.test("the other texts equal those of Httpcfg.exe", () => {
  const cases: [got: string, want: string][] = [
    [
      text.urlAclRecordText({ url: "http://+:80/vroot/", sddl: "D:(A;;GX;;;WD)" }),
      `    URL : http://+:80/vroot/\n    ACL : D:(A;;GX;;;WD)\n${"-".repeat(78)}\n`,
    ],
    [text.badSslAddress("x"), "x is not a valid Ip Address\n"],
    [text.badSslAddress(undefined), "(null) is not a valid Ip Address\n"],
    [text.badHashLength("12"), "Invalid Hash 12\n"],
    [text.badHashDigits(), "INVALID HASH\n"],
    [text.badGuid("x"), "Invalid Guid x\n"],
    [text.notAValidCommand("-z"), "-z is not a valid command.\n"],
    [text.invalidCommand("foo"), "foo is an invalid command\n"],
  ];
  for (const [got, want] of cases) assertEquals(got, want);
});
