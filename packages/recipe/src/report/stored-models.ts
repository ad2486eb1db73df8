import type { Report } from './report.js';

/** What quantization measured of one way of storing a model. */
export interface StoredMeasures {
  scheme: string;
  bytes: number;
  loss: number;
  tokensPerSecond: number;
}

/** The ways that the stage `quantize` measured, the full one first; none without it. */
export function storedModels({ stages }: Pick<Report, 'stages'>): StoredMeasures[] {
  const measures = stages.find(({ stage }) => stage === 'quantize')?.measures ?? {};
  const schemes = [...new Set(Object.keys(measures).map((name) => name.split('.')[0]!))];
  return schemes.map((scheme) => ({
    scheme,
    bytes: measures[`${scheme}.bytes`]!,
    loss: measures[`${scheme}.loss`]!,
    tokensPerSecond: measures[`${scheme}.tokensPerSecond`]!,
  }));
}
