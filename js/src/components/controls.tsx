// Fields bound to traits of a view, each there unless the widget's `controls` leave it out.
import { useView } from "../context";
import { Checkbox, Choice, NumberField, type Option, RadioGroup, setting } from "./fields";

interface Details<T = never> {
  help?: string;
  /** Why it cannot be changed now. */
  reason?: string | null | false;
  onChange?: (value: T) => void;
}

/** By the trait's name, the words beside the field, and what the trait can be. */
export function useControls() {
  const { trait, shows } = useView();
  const oneOf =
    (Field: typeof Choice) =>
    <T extends string>(
      name: string,
      label: string,
      options: readonly Option<T>[],
      details: Details<T> = {},
    ) => {
      const { help, reason, onChange = setting(trait<T>(name)) } = details;
      return (
        shows(name) && (
          <Field
            label={label}
            value={trait<T>(name).value}
            options={options}
            help={reason || help}
            disabled={Boolean(reason)}
            onChange={onChange}
          />
        )
      );
    };
  return {
    choice: oneOf(Choice),
    radio: oneOf(RadioGroup),
    number: (name: string, label: string, min: number, max: number, { help, reason }: Details = {}) =>
      shows(name) && (
        <NumberField
          label={label}
          value={trait<number>(name).value}
          rule={{ min, max, integer: true }}
          help={help}
          lock={reason ? ["", reason] : null}
          onChange={setting(trait<number>(name))}
        />
      ),
    /** What is on can be taken away even where it could not be put on. */
    check: (name: string, label: string, { help, reason }: Details = {}) => {
      const on = trait<boolean>(name);
      const locked = Boolean(reason) && !on.value;
      return (
        shows(name) && (
          <Checkbox
            label={label}
            checked={on.value}
            disabled={locked}
            help={(locked && reason) || help}
            onChange={setting(on)}
          />
        )
      );
    },
  };
}

/** Options whose values are the words beside them. */
export const words = <T extends string>(...values: T[]): Option<T>[] => values.map((value) => [value, value]);
