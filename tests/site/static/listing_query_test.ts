import { assertEquals } from "@std/assert";
import { ListingQuery } from "../../../mod/site/static/listing_query.ts";

Deno.test("ListingQuery reads what it knows, and takes anything else for absent", () => {
  const cases: [query: string | null, want: [string, string, string]][] = [
    [null, ["name", "asc", ""]],
    ["", ["name", "asc", ""]],
    ["sort=size&order=desc&filter=a+b%C3%BC", ["size", "desc", "a bü"]],
    ["sort=time", ["time", "asc", ""]],
    ["sort=owner&order=up", ["name", "asc", ""]],
    ["filter=%zz%ff", ["name", "asc", "%zz\ufffd"]],
    ["sort=size&sort=time", ["size", "asc", ""]],
  ];
  for (const [text, want] of cases) {
    const { sort, order, filter } = new ListingQuery(text);
    assertEquals([sort, order, filter], want, `${text}`);
  }
});

Deno.test("the links of ListingQuery keep the rest of the query", () => {
  const query = new ListingQuery("lang=de&filter=a%26b&sort=size");
  assertEquals(
    query.link({ sort: "time", order: "desc" }),
    "?lang=de&filter=a%26b&sort=time&order=desc",
  );
  assertEquals(query.link({ filter: "" }), "?lang=de&sort=size");
  assertEquals(query.besidesFilter(), [["lang", "de"], ["sort", "size"]]);
  const long = new ListingQuery(`sort=size&${"x=1&".repeat(500)}`);
  assertEquals(long.besidesFilter(), [["sort", "size"]]);
});
