// A map of users: they stand where a map of titles has the titles, and all the rest is the same.

import { computed, signal } from "@preact/signals";
import type { ViewContext } from "../../context";

/** What a map's points are, in its words. */
export type One = "title" | "user";

export const oneOf = (context: ViewContext): One =>
  context.trait<string>("kind").peek() === "users" ? "user" : "title";

/** What a map is drawn from: for one of users, a store that has them, their biases and no map in place of the titles'. */
export function mapContext(context: ViewContext): ViewContext {
  if (oneOf(context) === "title") return context;
  const { store } = context;
  return {
    ...context,
    store: {
      ...store,
      items: store.users,
      itemBias: store.userBias,
      map: signal(null),
      // The users' factors of earlier epochs are not kept.
      frame_epochs: signal([]),
      // Other views ask for titles.
      lookAt: signal(null),
      data: computed(() => ({ ...store.data.value, item_name: store.data.value.user_name })),
    },
  };
}
