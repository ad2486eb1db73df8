/** A row of radio buttons. */
export function Choices<T extends string>(props: {
  legend: string;
  options: Record<T, string>;
  value: T;
  disabled?: boolean;
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="choices" disabled={props.disabled ?? false}>
      <legend class="visually-hidden">{props.legend}</legend>
      {(Object.entries(props.options) as [T, string][]).map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={props.legend}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
