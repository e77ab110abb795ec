// Goal: the bill of materials is valid CycloneDX 1.6 and names what is in the program. Method: the
// parts of the published schema that it uses, and the sources. (The whole schema is 200 KB, and needs
// three more packages to be checked.)
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { makeSbom, readSbomInput, type Sbom } from "../../dist/sbom.ts";
import { INFO, ROOT } from "./support.ts";

const ref = v.pipe(v.string(), v.nonEmpty());
const purl = v.pipe(v.string(), v.regex(/^pkg:[a-z]+\/(?:[\w.%-]+\/)*[\w.%-]+@[\w.-]+$/));
const component = v.strictObject({
  type: v.picklist(["application", "library", "platform"]),
  "bom-ref": ref,
  group: v.exactOptional(v.string()),
  name: v.string(),
  version: v.pipe(v.string(), v.maxLength(1024)),
  scope: v.exactOptional(v.picklist(["required", "optional", "excluded"])),
  hashes: v.exactOptional(v.array(v.strictObject({
    alg: v.literal("SHA-512"),
    content: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/)),
  }))),
  licenses: v.exactOptional(v.pipe(
    v.array(v.strictObject({ expression: v.string() })),
    v.maxLength(1), // of expressions the schema takes one
  )),
  purl,
  properties: v.exactOptional(v.array(v.strictObject({ name: v.string(), value: v.string() }))),
});
const sbomSchema = v.strictObject({
  $schema: v.literal("http://cyclonedx.org/schema/bom-1.6.schema.json"),
  bomFormat: v.literal("CycloneDX"),
  specVersion: v.literal("1.6"),
  serialNumber: v.pipe(
    v.string(),
    v.regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  ),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  metadata: v.strictObject({
    timestamp: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
    component,
  }),
  components: v.array(component),
  dependencies: v.array(v.strictObject({ ref, dependsOn: v.array(ref) })),
});

async function read(): Promise<Sbom> {
  return makeSbom(await readSbomInput(ROOT, INFO));
}

Deno.test("the bill of materials is valid, closed, and the same each time", async () => {
  const sbom = await read();
  v.parse(sbomSchema, sbom);
  const refs = [sbom.metadata.component, ...sbom.components].map((one) => one["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length);
  assertEquals(sbom.dependencies.map((one) => one.ref).sort(), refs.toSorted());
  for (const { dependsOn } of sbom.dependencies) {
    assertEquals(dependsOn.filter((one) => !refs.includes(one)), []);
    assertEquals(new Set(dependsOn).size, dependsOn.length);
  }
  assertEquals(await read(), sbom);
});

Deno.test("the bill of materials has every package of the lock, and says which are shipped", async () => {
  const { components } = await read();
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  const packages = components.filter(({ type }) => type === "library");
  assertEquals(packages.length, Object.keys(lock.npm).length);
  const names = (scope: string): string[] => {
    return packages.filter((one) => one.scope === scope)
      .map(({ group, name }) => group === undefined ? name : `${group}/${name}`);
  };
  assertEquals(names("excluded"), [
    "@valibot/to-json-schema",
    "@xterm/headless",
    "axe-core",
    "playwright-core",
  ]);
  const shipped = [
    "deno-std",
    "valibot",
    "fast-string-width",
    "@peculiar/x509",
    "tsyringe",
    "uplot",
  ];
  for (const name of shipped) {
    assert(names("required").includes(name), name);
  }
  for (const { name, licenses, hashes } of packages) {
    assertEquals([licenses?.length, hashes?.length], [1, 1], name);
  }
  const runtime = components.filter(({ type }) => type === "platform");
  assertEquals(runtime.map(({ name, version }) => [name, version]), [
    ["deno", Deno.version.deno],
    ["v8", Deno.version.v8],
  ]);
});
