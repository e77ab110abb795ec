// Goal: what names a trace is read as W3C Trace Context says, and nothing else is. Method: tables.
import { assert, assertEquals } from "@std/assert";
import {
  formatTraceparent,
  parseTraceparent,
  passedTracestate,
} from "../../mod/wire/trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

Deno.test("parseTraceparent() reads what is valid", () => {
  const cases: [text: string, flags: number][] = [
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-02`, 2],
    [`00-${TRACE}-${SPAN}-03`, 3],
    [`00-${TRACE}-${SPAN}-ff`, 3],
    [`00-${TRACE}-${SPAN}-fc`, 0],
    [`01-${TRACE}-${SPAN}-01`, 1],
    [`fe-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 1],
    [`cc-${TRACE}-${SPAN}-01-`, 1],
  ];
  for (const [text, flags] of cases) {
    assertEquals(parseTraceparent(text), { traceId: TRACE, spanId: SPAN, flags }, text);
  }
});

Deno.test("parseTraceparent() reads nothing in what is invalid", () => {
  const zeros = "0".repeat(32);
  const cases = [
    "",
    "00",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-`,
    `00-${TRACE}-${SPAN}-0`,
    `00-${TRACE}-${SPAN}-012`,
    `00-${TRACE}-${SPAN}-01-`,
    `00-${TRACE}-${SPAN}-01-x`,
    `00-${TRACE}-${SPAN}-01,`,
    `01-${TRACE}-${SPAN}-01x`,
    `01-${TRACE}-${SPAN}-01.x`,
    `ff-${TRACE}-${SPAN}-01`,
    `FF-${TRACE}-${SPAN}-01`,
    `0-${TRACE}-${SPAN}-01`,
    `000-${TRACE}-${SPAN}-01`,
    `00-${zeros}-${SPAN}-01`,
    `00-${TRACE}-${zeros.slice(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN.toUpperCase()}-01`,
    `0A-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0A`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}0-${SPAN}-01`,
    `00-${TRACE}-${SPAN}0-01`,
    `00-${TRACE.replace("4", "g")}-${SPAN}-01`,
    `00_${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`, // two fields
  ];
  for (const text of cases) assertEquals(parseTraceparent(text), null, JSON.stringify(text));
});

Deno.test("formatTraceparent() writes what parseTraceparent() reads", () => {
  for (const flags of [0, 1, 2, 3]) {
    const parent = { traceId: TRACE, spanId: SPAN, flags };
    assertEquals(parseTraceparent(formatTraceparent(parent)), parent);
  }
});

Deno.test("passedTracestate() passes what is valid", () => {
  const cases: [text: string, passed: string][] = [
    ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    ["a=1 , b=2,\t,,c=3", "a=1,b=2,c=3"],
    ["fw529a3039@dt=FfAA B;x", "fw529a3039@dt=FfAA B;x"],
    ["0a-_*/=~!", "0a-_*/=~!"],
    [`${"k".repeat(256)}=1`, `${"k".repeat(256)}=1`],
    ["", ""],
    [",,", ""],
  ];
  for (const [text, passed] of cases) assertEquals(passedTracestate(text), passed, text);
});

Deno.test("passedTracestate() passes nothing of a list that is invalid", () => {
  const cases = [
    "a",
    "=1",
    "a=",
    "A=1",
    "a=1,a=2",
    "a=1,b",
    "a b=1",
    "a=x=y",
    "a=\xe9",
    "a=1\x01",
    "a@B=1",
    "@a=1",
    `${"k".repeat(257)}=1`,
    `a=${"v".repeat(257)}`,
    Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(","),
  ];
  for (const text of cases) assertEquals(passedTracestate(text), "", text);
});

Deno.test("passedTracestate() cuts whole members, long ones first, then the oldest", () => {
  const long = `long=${"v".repeat(200)}`;
  const short = Array.from({ length: 20 }, (_, i) => `k${i}=${"v".repeat(20)}`);
  const passed = passedTracestate([short[0], long, ...short.slice(1)].join(","));
  assertEquals(passed, short.slice(0, passed.split(",").length).join(","));
  assert(passed.length <= 512 && passed.length > 480, `${passed.length}`);
  assertEquals(passedTracestate(`${long},a=1`), `${long},a=1`);
});
