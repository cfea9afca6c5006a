// Writes src/protocol.ts, and the settings that tests use, from the contract that Python prints as JSON, see
// `make protocol`. With --check it writes nothing and fails where a file is another one.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { compile } from "json-schema-to-typescript";

const TYPES = new URL("src/protocol.ts", import.meta.url);
const SETTINGS = new URL("test/harness/settings.json", import.meta.url);
const HEADER = "// Generated from collabwidgets/widgets/protocol.py by `make protocol`; do not edit.";

const { definitions, arrays, settings } = JSON.parse(await text(process.stdin));
for (const definition of Object.values(definitions)) untitled(definition.properties ?? {});
shareName("Plain", "A command without settings.", definitions.Ask.properties.call);
shareSettings("FitSettings", "Settings of a fit; null leaves one to the learner.", [
  definitions.StepEpoch,
  definitions.Train,
  definitions.Retrain,
]);
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
const rows = Object.entries(arrays).map(
  ([name, { dtype, shape, of }]) => `  /** ${shape}: ${of}. */\n  ${name}: "${dtype}",`,
);
const table = `/** What the bytes of the binary traits hold. */\nexport const ARRAYS = {\n${rows.join("\n")}\n} as const;\n`;
const body = types
  .replace(/export interface Protocol \{[^}]*\}\n/, "")
  .replace(/\/\*\*\n \* (.*)\n \*\//g, "/** $1 */")
  .replace(/\{\s*\[k: string\]: ([^;{}]*);\s*\}/g, "Record<string, $1>")
  .replace(/\{\s*\[k: string\]: ([^;{}]*);\s*\}/g, "Record<string, $1>");
const made = new Map([
  [TYPES, `${HEADER}\n\n${table}\n${body}`],
  // The settings of the present package, for tests: a page reads those that it is sent.
  [SETTINGS, `${JSON.stringify(settings, null, 2)}\n`],
]);

for (const [file, content] of made) {
  if (!process.argv.includes("--check")) {
    await mkdir(new URL(".", file), { recursive: true });
    await writeFile(file, content);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== content) {
    console.error(
      `${file.pathname} is not what collabwidgets/widgets/protocol.py says: run \`make protocol\`.`,
    );
    process.exit(1);
  }
}

/** Calls with the settings of the first of them extend one type that has those. */
function shareSettings(title, description, calls) {
  const { name: _, ...properties } = calls[0].properties;
  definitions[title] = { title, description, type: "object", properties };
  for (const call of calls) {
    for (const setting of Object.keys(properties)) delete call.properties[setting];
    call.extends = { $ref: `#/$defs/${title}` };
  }
}

/** Calls that have nothing but a name become one type. */
function shareName(title, description, call) {
  const type = ({ $ref }) => $ref.split("/").at(-1);
  const plain = call.anyOf.map(type).filter((name) => Object.keys(definitions[name].properties).length === 1);
  const name = { enum: plain.flatMap((each) => definitions[each].properties.name.enum) };
  for (const each of plain) delete definitions[each];
  definitions[title] = { title, description, type: "object", properties: { name }, required: ["name"] };
  call.anyOf = [...call.anyOf.filter((each) => type(each) in definitions), { $ref: `#/$defs/${title}` }];
}

/** A property's own title would become a type of its own. */
function untitled(properties) {
  for (const property of Object.values(properties)) delete property.title;
}
