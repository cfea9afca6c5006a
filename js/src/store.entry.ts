// The module behind LearnerStore: builds the store and offers every view through `mount`.
import type { AnyModel, InitializeProps } from "@anywidget/types";
import { type MountArguments, mount } from "./host";
import { createStore } from "./store";

export default {
  initialize({ model, signal }: InitializeProps) {
    const store = createStore(model as AnyModel, signal);
    return { mount: (place: MountArguments) => mount(store, place) };
  },
};
