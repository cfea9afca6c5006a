// A picture to take away: a drawing of a known size, as an SVG that needs nothing else, or as the pixels of a PNG.
import { escaped, type Measure, type Pen, plainColor, SvgPen } from "./pen";

/** The colours and letters of a widget at this moment. */
export interface Look {
  background: string;
  foreground: string;
  soft: string;
  line: string;
  accent: string;
  train: string;
  valid: string;
  above: string;
  below: string;
  family: string;
}

export interface Picture {
  title: string;
  /** In CSS pixels. */
  width: number;
  height: number;
  look: Pick<Look, "background" | "family">;
  draw(pen: Pen): void;
}

/** Text in a picture: size in pixels, and what differs from black letters that begin at (x, y). */
export function write(
  pen: Pen,
  look: Look,
  text: string,
  x: number,
  y: number,
  { size = 12, bold = false, color = look.foreground, align = "left" as CanvasTextAlign } = {},
): void {
  pen.font = `${bold ? "600 " : ""}${size}px ${look.family}`;
  pen.fillStyle = color;
  pen.textAlign = align;
  pen.textBaseline = "alphabetic";
  pen.fillText(text, x, y);
}

/** What a picture shows, and of what, in its first line. */
export function heading(pen: Pen, look: Look, width: number, title: string, facts: string): void {
  write(pen, look, title, 16, 26, { size: 15, bold: true });
  write(pen, look, facts, width - 16, 26, { color: look.soft, align: "right" });
}

/** Standalone markup: colours in place, text as text. */
export function svgOf(picture: Picture, measure: Measure): string {
  const { title, width, height, look } = picture;
  const pen = new SvgPen(measure);
  picture.draw(pen);
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}" font-family="${escaped(look.family)}, sans-serif" role="img">
<title>${escaped(title)}</title>
<rect ${size} fill="${escaped(plainColor(look.background).hex)}"/>
${pen.markup}
</svg>
`;
}

/** The same drawing as pixels, `ratio` to a CSS pixel. */
export function pngOf(picture: Picture, ratio: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * ratio);
  canvas.height = Math.round(picture.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  context.scale(ratio, ratio);
  context.fillStyle = picture.look.background;
  context.fillRect(0, 0, picture.width, picture.height);
  picture.draw(context);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** How wide texts are, asked of a canvas. */
export function canvasMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  return (text, font) => {
    if (!context) return 6 * text.length;
    context.font = font;
    return context.measureText(text).width;
  };
}

/** The custom properties of `el`, as the browser resolves them. */
export function readLook(el: HTMLElement): Look {
  const probe = el.ownerDocument.createElement("span");
  el.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--cw-${name})`;
    return getComputedStyle(probe).color;
  };
  const look = {
    background: read("bg"),
    foreground: read("fg"),
    soft: read("fg2"),
    line: read("line"),
    accent: read("accent"),
    train: read("train"),
    valid: read("valid"),
    above: read("blue"),
    below: read("orange"),
    family: getComputedStyle(el).fontFamily,
  };
  probe.remove();
  return look;
}

/** A title as part of a file's name: "nearest-to-fargo-1996". */
export function fileStem(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60);
}
