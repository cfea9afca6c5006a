// An id that no other widget on the page has. Preact's own useId counts from nought in every root, and each widget is
// a root: labels would point into another widget, and radio groups of one name would be one group.
import { useState } from "preact/hooks";

export function useId(): string {
  return useState(() => `cw-${Math.random().toString(36).slice(2, 10)}`)[0];
}
