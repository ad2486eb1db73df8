export { bitsPerByte, evaluate, perplexity, type EvaluateOptions, type Evaluation } from './evaluate.js';
export { estimateMemory, type MemoryJob } from './estimate-memory.js';
export type {
  BestLoss,
  CheckpointEvent,
  DoneEvent,
  EvaluationEvent,
  MeasurementEvent,
  PauseEvent,
  StartEvent,
  StepEvent,
  StoppedEvent,
  TrainEvent,
} from './events.js';
export { barChartSvg, type BarChart } from './bar-chart.js';
export { chartSvg, type Chart, type ChartPoint, type ChartSeries } from './chart.js';
export { lossCurveSvg, type LossCurve } from './loss-curve.js';
export { countTraining, type CountedTraining, type MemoryEstimate, type MemoryPhase } from './memory-estimate.js';
export {
  microBatches,
  nextTokenObjective,
  type HostBatch,
  type Objective,
  type ObjectiveContext,
  type ObjectiveResult,
  type TensorBatch,
  type TokenBatch,
} from './objective.js';
export { PauseSwitch } from './pause.js';
export { Run, type ExistingRun, type RunOptions } from './run.js';
export { supervisedMicroBatches, supervisedObjective, type SupervisedTokenBatch } from './supervised.js';
export {
  train,
  type CommonTrainOptions,
  type CustomTrainOptions,
  type EvaluationPlan,
  type MeasurementPlan,
  type TrainOptions,
} from './train.js';
export { NonFiniteError, type StepResult } from './training-step.js';
