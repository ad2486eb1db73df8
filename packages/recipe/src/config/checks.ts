/** @throws RangeError of one sentence unless `fits` */
export function check(fits: boolean, name: string, rule: string, value: unknown): void {
  if (!fits) throw new RangeError(`config: ${name} must be ${rule}, found ${JSON.stringify(value)}`);
}

/** Whole numbers from `least` on; `part` stands before their names, such as `training.` */
export function checkWhole(part: string, least: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    check(Number.isSafeInteger(value) && value >= least, `${part}${name}`, `a whole number from ${least} on`, value);
}

/** Numbers from 0 to below `end`. */
export function checkBelow(part: string, end: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    check(value >= 0 && value < end, `${part}${name}`, `from 0 to below ${end}`, value);
}

/** Numbers above 0. */
export function checkPositive(part: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    check(value > 0 && value < Infinity, `${part}${name}`, 'above 0', value);
}
