export type { BackendTest, Skip } from './backend-test.js';
export { conformance, type ConformanceOptions } from './conformance.js';
export { differential, type DifferentialOptions } from './differential.js';
export { expectClose, type CloseOptions } from './expect-close.js';
export { expectGradients, type GradientOptions } from './expect-gradients.js';
export { expectNoLeaks } from './expect-no-leaks.js';
export { peakMemory } from './peak-memory.js';
export type { Cost } from './measure.js';
export { opReport, reportTable, type OpReport } from './report.js';
