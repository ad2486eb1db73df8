import type { StockCase } from './case.js';
import { elementwiseCases } from './elementwise.js';
import { structureCases } from './structure.js';

export type { StockCase } from './case.js';

/** Calls of every stock tfjs operation that Ashlar's packages use. */
export const stockCases: StockCase[] = [...elementwiseCases, ...structureCases];
