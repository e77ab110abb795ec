// Goal: Task Scheduler and launchd accept the files. Method: their schemas, and xmllint.
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { serviceFileBytes } from "../../../../mod/cli/commands/service/service_plan.ts";
import {
  servicePlan,
  type ServiceSystem,
} from "../../../../mod/cli/commands/service/service_units.ts";
import { run } from "../../../dist/support.ts";
import { tempFolder } from "../../../support/temp_folder.ts";
import { have } from "../../../support/tools.ts";
import { LAUNCHD_KEYS, PLIST_TYPE, TASK_SCHEMA } from "./service_schemas.ts";

const HAS_XMLLINT = have("xmllint");
const PATHS: Readonly<Record<"launchd" | "windows", string>> = {
  launchd: "/Applications/a <b> & c/httpcfg",
  windows: "C:\\Program Files\\a & b\\httpcfg.exe",
};

/** Checks `bytes` with xmllint against a schema, a file of this extension; returns what it says. */
async function validate(
  bytes: Uint8Array<ArrayBuffer>,
  schema: { readonly flag: "--schema" | "--dtdvalid"; readonly text: string },
): Promise<{ code: number; stderr: string }> {
  await using folder = await tempFolder();
  await Deno.writeFile(`${folder.path}/file.xml`, bytes);
  await Deno.writeTextFile(`${folder.path}/schema`, schema.text);
  const command = ["xmllint", "--noout", "--nonet", schema.flag, `${folder.path}/schema`];
  return await run([...command, `${folder.path}/file.xml`], Deno.env.toObject());
}

const fileOf = (
  system: ServiceSystem & keyof typeof PATHS,
): ReturnType<typeof servicePlan>["files"][number] => servicePlan(system, PATHS[system]).files[0]!;

Deno.test({
  name: "the task is valid by the schema of Task Scheduler, in its encoding",
  ignore: !HAS_XMLLINT,
  fn: async () => {
    const schema = { flag: "--schema", text: TASK_SCHEMA } as const;
    const file = fileOf("windows");
    const valid = await validate(serviceFileBytes(file), schema);
    assertEquals(valid.code, 0, valid.stderr);
    for (
      const [was, is] of [
        ["<Count>255<", "<Count>999<"],
        ["<Interval>PT1M<", "<Interval>PT1S<"],
        ['Context="Service"', 'Context="Author"'],
        ["/mit/task", "/mit/tasks"],
        ["<RunLevel>Least", "<RunLevel>Lowest"],
      ] as const
    ) {
      const text = file.text.replace(was, is);
      assertNotEquals(text, file.text, was);
      assertNotEquals((await validate(serviceFileBytes({ ...file, text }), schema)).code, 0, is);
    }
  },
});

Deno.test({
  name: "the list for launchd is a valid property list",
  ignore: !HAS_XMLLINT,
  fn: async () => {
    const { code, stderr } = await validate(serviceFileBytes(fileOf("launchd")), {
      flag: "--dtdvalid",
      text: PLIST_TYPE,
    });
    assertEquals(code, 0, stderr);
  },
});

Deno.test("the list for launchd has only keys that it documents, each once, with their types", () => {
  const { text } = fileOf("launchd");
  const pairs = [...text.matchAll(/^ {2}<key>(.*)<\/key>\n {2}<(\w+)/gm)];
  assertEquals(pairs.map(([, key]) => key).sort(), Object.keys(LAUNCHD_KEYS).sort());
  for (const [, key, type] of pairs) assertMatch(type!, LAUNCHD_KEYS[key!]!, key);
});
