// The model of a store whose state is written field by field; what the views read are its three dictionaries.
import type { Data, MapFacts, Picture, Status } from "../../src/protocol";
import { ShimModel } from "./shim";

type State = Record<string, unknown>;

/** Where a field lies: its dictionary and its name there, where that is another one. */
const STATUS: readonly (keyof Status)[] = [
  "status",
  "message",
  "error_detail",
  "suggested_lr",
  "epoch",
  "progress",
  "step",
  "n_steps",
  "eta_seconds",
  "elapsed_seconds",
  "rerun_progress",
  "rerun_error",
  "recipe",
];
const PICTURE: Readonly<Record<string, keyof Picture>> = {
  run: "run",
  history: "history",
  best_epoch: "best_epoch",
  overfit_since: "overfit_since",
  frame_epochs: "frame_epochs",
  runs: "runs",
  revision: "revision",
  snapshot_epoch: "epoch",
  picture_min_count: "min_count",
};
const MAP: Readonly<Record<string, keyof MapFacts>> = {
  map_m: "m",
  explained_variance: "explained_variance",
  noise_level: "noise_level",
  axis_match: "axis_match",
  agreement: "agreement",
  axis_correlations: "axis_correlations",
  correlation_counts: "correlation_counts",
  fit_count: "fit_count",
};

export class StoreModel extends ShimModel {
  constructor(fields: State) {
    super(nested(fields, {}));
  }

  override update(fields: State): void {
    super.update(nested(fields, this.state));
  }
}

/** Fields as traits: those of a dictionary change a copy of it. */
function nested(fields: State, state: State): State {
  const made: State = {};
  const within = (trait: string) => {
    made[trait] ??= { ...(state[trait] as object) };
    return made[trait] as State;
  };
  for (const [name, value] of Object.entries(fields)) {
    if (STATUS.includes(name as keyof Status)) within("status")[name] = value;
    else if (PICTURE[name]) within("picture")[PICTURE[name]] = value;
    else if (MAP[name]) {
      const picture = within("picture");
      picture.map = { ...(picture.map as object), [MAP[name]]: value };
    } else if (name === "data") Object.assign(within("data"), value as Data);
    else made[name] = value;
  }
  return made;
}
