// Reads TraceQL queries from stdin, one a line in JSON, and prints those that don't
// parse; exits with 1 if there is one.
import { readFileSync } from "node:fs";
import { parser } from "@grafana/lezer-traceql";

const queries = readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line));
let failed = false;
for (const query of queries) {
  let at = -1;
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError && at < 0) at = node.from;
    },
  });
  if (at >= 0) {
    failed = true;
    console.log(`${query}: not TraceQL from character ${at} on`);
  }
}
process.exit(failed ? 1 : 0);
