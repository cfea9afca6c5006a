// The harness: any view in a bare Chromium, without Jupyter and without a kernel.
//
//   node test/harness/build.mjs            → test/harness/out/index.html (one file, works from file://)
//   …/index.html?view=BiasTable&theme=dark&status=ready&width=760&…
//
// view    TrainingPanel | BiasTable | PCAScatter | NeighborSearch | Dashboard | several with commas
// theme   light | dark (the page's, not forced)      own=1 forces it by the trait instead
// status  untrained | training | paused | ready | stopped | diverged | error
// width   of the widget's box in px                   jupyter=1 sets JupyterLab's own colour variables
// live=1  streams points and epochs                    gone=1 sends throw, as without a kernel
// slow=1  commands are never answered                  t.<name>=<json> sets a trait of the views, s.<name> of the store
//
// The page has `window.harness`: the store, its model, the views' models (shims), every message that was sent, and
// `renderAndRemove(model)`, which mounts a further view of a model and takes it away.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const cssText = {
  name: "css-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const result = await esbuild.build({ entryPoints: [path], write: false, charset: "utf8" });
      return { contents: result.outputFiles[0].text, loader: "text" };
    });
  },
};
const { outputFiles } = await esbuild.build({
  entryPoints: [join(here, "page.ts")],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [cssText],
});
const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
const page = join(here, "out", "index.html");
const half = `${page}.${process.pid}`; // two test runs may build it at once
await mkdir(dirname(page), { recursive: true });
await writeFile(
  half,
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>collabwidgets</title>
<style>body{margin:24px;font:14px system-ui,sans-serif}body[data-page=dark]{background:#111}body>div{margin-bottom:24px}</style>
</head><body><main id="main"></main><script type="module">${script}</script></body></html>`,
);
await rename(half, page);
console.log(page);
