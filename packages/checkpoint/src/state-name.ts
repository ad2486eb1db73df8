/** Which state a folder holds; `attempt` counts the different states saved at one step, from 1. */
export interface StateName {
  step: number;
  attempt: number;
}

/** `state-200`, and `state-200-2` for another state of the same step. */
export const stateName = ({ step, attempt }: StateName): string =>
  attempt === 1 ? `state-${step}` : `state-${step}-${attempt}`;

export function parseName(folder: string): StateName | null {
  const [, step, attempt = '1'] = /^state-(\d+)(?:-(\d+))?$/.exec(folder) ?? [];
  return step === undefined ? null : { step: Number(step), attempt: Number(attempt) };
}

export const compareNames = (a: StateName, b: StateName): number => a.step - b.step || a.attempt - b.attempt;
