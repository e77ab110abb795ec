/** Goal: a change is shown as the fields that changed. Method: tables. */
import { assertEquals } from "@std/assert";
import { changeLines, diffValues } from "../../../mod/config/document/diff.ts";

Deno.test("diffValues() reports the path and both values of every change", () => {
  const cases: readonly (readonly [before: unknown, after: unknown, lines: string[]])[] = [
    [{ a: 1 }, { a: 1 }, []],
    [{ ipListen: ["1", "2", "3"] }, { ipListen: ["1", "3"] }, ['- ipListen: "2"']],
    [{ ipListen: [] }, { ipListen: ["1"] }, ['+ ipListen: "1"']],
    [{ ipListen: ["1", "2"] }, { ipListen: ["2", "1"] }, [
      '- ipListen: ["1","2"]',
      '+ ipListen: ["2","1"]',
    ]],
    [{ settings: {} }, { settings: { applyChanges: "live" } }, [
      '+ settings.applyChanges: "live"',
    ]],
    [
      { sites: [{ id: 1, name: "a" }, { id: 2, name: "b" }] },
      { sites: [{ id: 2, name: "c" }] },
      [
        '- sites[W3SVC/1]: {"id":1,"name":"a"}',
        '- sites[W3SVC/2].name: "b"',
        '+ sites[W3SVC/2].name: "c"',
      ],
    ],
    [{ ssl: [{ key: "a:1", hash: "x" }] }, { ssl: [{ key: "a:1", hash: "y" }] }, [
      '- ssl[a:1].hash: "x"',
      '+ ssl[a:1].hash: "y"',
    ]],
    [
      { applications: [{ path: "/a/", content: { kind: "echo" } }, { path: "/b/", content: {} }] },
      { applications: [{ path: "/a/", content: { kind: "root" } }] },
      [
        '- applications[/a/].content.kind: "echo"',
        '+ applications[/a/].content.kind: "root"',
        '- applications[/b/]: {"path":"/b/","content":{}}',
      ],
    ],
    [{ v: 1 }, { v: [1] }, ["- v: 1", "+ v: [1]"]],
  ];
  for (const [before, after, lines] of cases) {
    assertEquals(changeLines(diffValues(before, after)), lines);
  }
});
