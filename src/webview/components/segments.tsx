import type { VNode } from 'preact';
import { useId } from 'preact/hooks';

export interface SegmentsProps<T extends string | number> {
  label: string;
  choices: readonly { value: T; label: string }[];
  chosen: T;
  onChoose: (value: T) => void;
}

/** A few choices side by side, of which one holds. */
export function Segments<T extends string | number>({ label, choices, chosen, onChoose }: SegmentsProps<T>): VNode {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="sr-only">{label}</legend>
      {choices.map(({ value, label: text }) => (
        <label key={value}>
          <input type="radio" name={name} class="sr-only" checked={chosen === value} onChange={() => onChoose(value)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
