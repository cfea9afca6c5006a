// Bundles the store (with every view and the style sheet) and the stub into the Python package's static folder.
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "collabwidgets", "widgets", "static");
const LARGEST = 220_000;

const options = {
  absWorkingDir: here,
  entryPoints: { store: "src/host.ts", view: "src/stub.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  charset: "utf8",
  legalComments: "none",
  loader: { ".css": "text" },
  // The style sheet travels as text, which esbuild would not minify by itself.
  plugins: [
    {
      // d3-array is one file; esbuild keeps its top-level calls, used or not, unless they are marked as pure.
      name: "d3-array",
      setup(build) {
        build.onLoad({ filter: /d3-array\.mjs$/ }, async ({ path }) => ({
          contents: (await readFile(path, "utf8")).replace(/= (Blur2|shuffler)\(/g, "= /* @__PURE__ */ $1("),
        }));
      },
    },
    {
      name: "css-text",
      setup(build) {
        build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
          const result = await esbuild.build({
            entryPoints: [path],
            minify: true,
            write: false,
            charset: "utf8",
          });
          return { contents: result.outputFiles[0].text.trim(), loader: "text", watchFiles: [path] };
        });
      },
    },
  ],
};

await mkdir(out, { recursive: true });
if (process.argv.includes("--watch")) {
  const context = await esbuild.context({ ...options, logLevel: "info" });
  await context.watch();
} else {
  await esbuild.build({ ...options, logLevel: "warning" });
  let total = 0;
  for (const name of ["store.js", "view.js"]) {
    const { size } = await stat(join(out, name));
    total += size;
    console.log(`${name.padEnd(9)} ${(size / 1000).toFixed(1).padStart(7)} kB`);
  }
  if (total > LARGEST) {
    console.error(`the bundle is ${(total / 1000).toFixed(1)} kB; it must stay below ${LARGEST / 1000} kB`);
    process.exitCode = 1;
  }
}
