// Goal: whatever can be set is what is read afterwards, at every kind of key, and is gone when it is
// deleted. Method: every property of the schema at every key that may have it.
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { checkDocument } from "../../../mod/config/document/check.ts";
import { createKey, deleteProperty, setProperty } from "../../../mod/config/metabase/edit.ts";
import { PROPERTIES } from "../../../mod/config/metabase/schema.ts";
import { findValue, keyAt } from "../../../mod/config/metabase/tree.ts";
import { CONTENT_RULES } from "../../../mod/site/kinds/kinds.ts";
import { textsFor } from "./sample_values.ts";

/** A document with a key of every class. */
function everyKey(): { readonly document: ConfigDocument; readonly paths: readonly string[] } {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, content: { kind: "root", path: "/srv/www" } };
  let document: ConfigDocument = {
    ...DEFAULT_DOCUMENT,
    sites: [{ ...site, applications: [{ path: "/docs/", content: site.content }] }],
  };
  const made = [
    ["W3SVC/1/ROOT/folder", "IIsWebDirectory"],
    ["W3SVC/1/ROOT/docs/a.htm", "IIsWebFile"],
    ["W3SVC/AppPools/own", "IIsApplicationPool"],
  ] as const;
  for (const [path, type] of made) {
    const edit = createKey(document, path, type);
    assert(!isProblem(edit), path);
    document = edit.document;
  }
  const paths = ["W3SVC", "W3SVC/Info", "W3SVC/1", "W3SVC/1/ROOT", "W3SVC/1/ROOT/docs"];
  return { document, paths: [...paths, "W3SVC/AppPools", ...made.map(([path]) => path)] };
}

Deno.test("what is set is what is read, and the document may be stored", () => {
  const { document, paths } = everyKey();
  let count = 0;
  for (const property of PROPERTIES) {
    const { name, isReadOnly, isSecure, type } = property;
    const isFixed = isReadOnly === true || isSecure === true || type === "IPSEC" ||
      type === "NTACL" || ["KeyType", "ServerCommand"].includes(name);
    for (const path of paths) {
      const key = keyAt(document, path)!;
      if (!property.where.includes(key.keyType)) continue;
      if (name === "AccessSSLMapCert") continue; // refused, but for W3SVC
      const texts = textsFor(property);
      const edit = setProperty(document, path, name, texts);
      if (isFixed) {
        if (name !== "KeyType") assert(isProblem(edit), `${path} ${name}`);
        continue;
      }
      assert(!isProblem(edit), `${path} ${name} ${texts}`);
      const found = findValue(edit.document, key, property)?.value;
      const shown = Array.isArray(found) ? found : [String(found)];
      const wanted = texts.map((text) => /^(?:True|False)$/.test(text) ? text.toLowerCase() : text);
      assertEquals(shown, wanted, `${path} ${name}`);
      assertEquals(checkDocument(edit.document, CONTENT_RULES).problems, [], `${path} ${name}`);
      count++;
      const deleted = deleteProperty(edit.document, path, name);
      if (isProblem(deleted)) continue; // bits, and what every site has
      const left = findValue(deleted.document, key, property);
      assert(
        left === null || left.at !== path || path === "W3SVC" || path === "W3SVC/Info" ||
          ["ServerComment", "ServerAutoStart", "ServerBindings", "SecureBindings"].includes(name) ||
          (name === "DirBrowseFlags" && path.endsWith("/docs")),
        `${path} ${name}`,
      );
    }
  }
  assert(count > 500, `${count} pairs of property and key`);
});
