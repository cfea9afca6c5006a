// Writes src/protocol.ts from the contract that Python prints as JSON, see `make protocol`.
// With --check it writes nothing and fails where the file is another one.
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { compile } from "json-schema-to-typescript";

const FILE = new URL("src/protocol.ts", import.meta.url);
const HEADER = "// Generated from collabwidgets/widgets/protocol.py by `make protocol`; do not edit.";

const { definitions, arrays, settings } = JSON.parse(await text(process.stdin));
for (const definition of Object.values(definitions)) untitled(definition.properties ?? {});
const names = Object.keys(definitions);
const schema = {
  title: "Protocol",
  $defs: definitions,
  type: "object",
  properties: {},
  additionalProperties: false,
};
for (const name of names) schema.properties[name] = { $ref: `#/$defs/${name}` };
const types = await compile(schema, "Protocol", {
  bannerComment: "",
  additionalProperties: false,
});
const rows = Object.entries(arrays).map(([name, array]) => `  ${name}: ${JSON.stringify(array)},`);
const table = `/** What the bytes of the store's binary traits hold. */\nexport const ARRAYS = {\n${rows.join("\n")}\n} as const;\n`;
const specs = `/** The settings as the present package has them; a page reads those that it is sent. */\nexport const SETTINGS: readonly SettingFacts[] = ${JSON.stringify(settings, null, 2)};\n`;
const made = `${HEADER}\n\n${table}\n${specs}\n${types.replace(/export interface Protocol \{[^}]*\}\n/, "")}`;

if (process.argv.includes("--check")) {
  if ((await readFile(FILE, "utf8").catch(() => "")) !== made) {
    console.error(
      "js/src/protocol.ts is not what collabwidgets/widgets/protocol.py says: run `make protocol`.",
    );
    process.exit(1);
  }
} else await writeFile(FILE, made);

/** A property's own title would become a type of its own. */
function untitled(properties) {
  for (const property of Object.values(properties)) delete property.title;
}
