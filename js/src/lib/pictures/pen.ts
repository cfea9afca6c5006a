// A pen: the part of a canvas context that the drawings use, and one that writes SVG. So one drawing makes both files.

export interface Pen
  extends Pick<
    CanvasRenderingContext2D,
    | "fillStyle"
    | "strokeStyle"
    | "lineWidth"
    | "lineJoin"
    | "font"
    | "textAlign"
    | "textBaseline"
    | "save"
    | "restore"
    | "translate"
    | "beginPath"
    | "moveTo"
    | "lineTo"
    | "arc"
    | "rect"
    | "roundRect"
    | "clip"
    | "fill"
    | "stroke"
    | "fillRect"
    | "strokeRect"
    | "fillText"
    | "strokeText"
    | "setLineDash"
  > {
  measureText(text: string): { width: number };
  drawImage(source: HTMLCanvasElement, x: number, y: number, width: number, height: number): void;
}

/** Width of a text in CSS pixels in a font such as "600 12px sans-serif". */
export type Measure = (text: string, font: string) => number;

const round = (value: number): number => Math.round(value * 100) / 100;

/** Anybody's text as XML text: marks escaped, and without the characters that no XML may hold. */
export function escaped(text: string): string {
  const allowed = Array.from(text, (letter) => {
    const code = letter.codePointAt(0) as number;
    const fits =
      code === 9 || code === 10 || (code >= 32 && !(code >= 0xd800 && code < 0xe000) && code < 0xfffe);
    return fits || code >= 0x10000 ? letter : " ";
  }).join("");
  return allowed.replace(
    /[&<>"]/g,
    (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark] ?? "",
  );
}

/** `#rrggbb` and opacity of what a browser calls a colour: older SVG readers know no `rgb(1 2 3 / 0.5)`. */
export function plainColor(color: string): { hex: string; opacity: number } {
  const numbers = color.match(/[\d.]+(?:e-?\d+)?%?/g);
  if (!/^(rgb|color)/.test(color) || !numbers || numbers.length < 3) return { hex: color, opacity: 1 };
  const unit = color.startsWith("color(") ? 255 : 1;
  const two = (part: string) =>
    Math.round(Math.min(255, Number.parseFloat(part) * unit))
      .toString(16)
      .padStart(2, "0");
  const alpha = numbers[3] ?? "1";
  const opacity = Number.parseFloat(alpha) / (alpha.endsWith("%") ? 100 : 1);
  return { hex: `#${numbers.slice(0, 3).map(two).join("")}`, opacity };
}

function paint(kind: "fill" | "stroke", color: string): string {
  const { hex, opacity } = plainColor(color);
  return `${kind}="${escaped(hex)}"${opacity < 1 ? ` ${kind}-opacity="${round(opacity)}"` : ""}`;
}

export class SvgPen implements Pen {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  lineJoin: CanvasLineJoin = "miter";
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "start";
  textBaseline: CanvasTextBaseline = "alphabetic";
  #dash: readonly number[] = [];
  #path = "";
  /** The path, while it is nothing but a whole circle. */
  #circle = "";
  /** Where the path's filled shape stands, so that its outline joins it rather than being a second one. */
  #filled = -1;
  #parts: string[] = [];
  #saved: (() => void)[] = [];
  /** Outlines of texts that are still to be filled: both are one element. */
  #halos = new Map<string, string>();
  #groups = 0;
  #clips = 0;

  constructor(
    private readonly measure: Measure,
    /** Tells the clips of several pictures in one page apart. */
    private readonly id = "clip",
  ) {}

  get markup(): string {
    return this.#parts.join("\n");
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, font, textAlign, textBaseline } = this;
    const dash = this.#dash;
    const groups = this.#groups;
    this.#saved.push(() => {
      Object.assign(this, { fillStyle, strokeStyle, lineWidth, lineJoin, font, textAlign, textBaseline });
      this.#dash = dash;
      for (; this.#groups > groups; this.#groups--) this.#parts.push("</g>");
    });
  }

  restore(): void {
    this.#saved.pop()?.();
  }

  translate(x: number, y: number): void {
    this.#parts.push(`<g transform="translate(${round(x)},${round(y)})">`);
    this.#groups++;
  }

  setLineDash(segments: Iterable<number>): void {
    this.#dash = [...segments];
  }

  beginPath(): void {
    this.#path = this.#circle = "";
    this.#filled = -1;
  }

  moveTo(x: number, y: number): void {
    this.#add(`M${round(x)},${round(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#add(`L${round(x)},${round(y)}`);
  }

  /** Whole circles only: all that the drawings need. */
  arc(x: number, y: number, radius: number): void {
    const [cx, cy, r] = [x, y, radius].map(round);
    const first = this.#path === "";
    this.#add(`M${round(cx - r)},${cy}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`);
    if (first) this.#circle = `<circle cx="${cx}" cy="${cy}" r="${r}"`;
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#add(`M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`);
  }

  roundRect(x: number, y: number, width: number, height: number): void {
    this.rect(x, y, width, height);
  }

  clip(): void {
    const name = `${this.id}-${++this.#clips}`;
    this.#parts.push(
      `<clipPath id="${name}"><path d="${this.#path}"/></clipPath><g clip-path="url(#${name})">`,
    );
    this.#groups++;
  }

  fill(): void {
    this.#filled = this.#parts.push(`${this.#shape()} ${paint("fill", this.fillStyle)}/>`) - 1;
  }

  stroke(): void {
    if (!this.#path) return;
    const line = this.#line();
    const before = this.#parts[this.#filled];
    if (before !== undefined) this.#parts[this.#filled] = `${before.slice(0, -2)} ${line}/>`;
    else this.#parts.push(`${this.#shape()} fill="none" ${line}/>`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`${box(x, y, width, height)} ${paint("fill", this.fillStyle)}/>`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`${box(x, y, width, height)} fill="none" ${this.#line()}/>`);
  }

  strokeText(text: string, x: number, y: number): void {
    this.#halos.set(`${text}\n${x}\n${y}`, ` ${this.#line()} stroke-linejoin="round" paint-order="stroke"`);
  }

  fillText(text: string, x: number, y: number): void {
    const [, weight, size] = /^(?:(\w+) )?([\d.]+)px/.exec(this.font) ?? ["", undefined, "10"];
    const key = `${text}\n${x}\n${y}`;
    const halo = this.#halos.get(key) ?? "";
    this.#halos.delete(key);
    // Readers differ in what they make of dominant-baseline; a distance is the same for all.
    const down = { top: 0.78, middle: 0.35 }[this.textBaseline as string] ?? 0;
    const anchor = { center: "middle", right: "end", end: "end" }[this.textAlign as string];
    this.#parts.push(
      `<text x="${round(x)}" y="${round(y + down * Number(size))}" font-size="${size}"` +
        `${weight ? ` font-weight="${weight}"` : ""}${anchor ? ` text-anchor="${anchor}"` : ""}${halo} ` +
        `${paint("fill", this.fillStyle)}>${escaped(text)}</text>`,
    );
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.font) };
  }

  drawImage(source: HTMLCanvasElement, x: number, y: number, width: number, height: number): void {
    const at = box(x, y, width, height).replace("<rect", "<image");
    this.#parts.push(`${at} href="${source.toDataURL("image/png")}"/>`);
  }

  #add(step: string): void {
    this.#path += step;
    this.#circle = "";
    this.#filled = -1;
  }

  #shape(): string {
    return this.#circle || `<path d="${this.#path}"`;
  }

  #line(): string {
    const dash = this.#dash.length ? ` stroke-dasharray="${this.#dash.join(" ")}"` : "";
    const width = this.lineWidth === 1 ? "" : ` stroke-width="${this.lineWidth}"`;
    return `${paint("stroke", this.strokeStyle)}${width}${dash}`;
  }
}

const box = (x: number, y: number, width: number, height: number): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
