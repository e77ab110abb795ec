// Goal: a profile is a set of valid settings, and is recognised. Method: the tables.
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { PROFILE_NAMES, profileOf, PROFILES } from "../../../mod/config/document/profiles.ts";
import { checkDocument } from "../../../mod/config/document/check.ts";
import { CONTENT_RULES } from "../../../mod/site/kinds/kinds.ts";

Deno.test("every profile sets the same settings, to values that the document takes", () => {
  const names = Object.keys(PROFILES.strict.settings);
  for (const profile of PROFILE_NAMES) {
    const { settings } = PROFILES[profile];
    assertEquals(Object.keys(settings), names, profile);
    const { problems } = checkDocument({ ...DEFAULT_DOCUMENT, settings }, CONTENT_RULES, null);
    assertEquals(problems, [], profile);
  }
  assertEquals(PROFILES.strict.settings, {
    HeaderWaitTimeout: 60,
    ConnectionTimeout: 75,
    EntityBodyTimeout: 60,
    DrainEntityBodyTimeout: 5,
    MinFileBytesPerSec: 1093,
  });
});

Deno.test("profileOf() names the profile whose values are stored", () => {
  assertEquals(profileOf({}), "default");
  assertEquals(profileOf({ MaxFieldCount: 7 }), "default");
  assertEquals(profileOf({ ...PROFILES.strict.settings, MaxFieldCount: 7 }), "strict");
  assertEquals(profileOf({ ...PROFILES.strict.settings, ConnectionTimeout: 76 }), null);
  assertEquals(profileOf({ ConnectionTimeout: 75 }), null);
});
