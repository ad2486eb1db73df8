/** The schema of a file of results (JSON Schema, draft 2020-12). What it does not name is allowed. */
const optional = (type: 'string' | 'number' | 'boolean' | 'integer') => ({ type });
const numbers = { type: 'array', items: { type: 'number' } } as const;

export const benchSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'bench-1',
  type: 'object',
  required: ['schema', 'createdAt', 'runtime', 'machine', 'packages', 'results'],
  properties: {
    schema: { const: 'bench-1' },
    createdAt: { type: 'string', format: 'date-time' },
    runtime: { enum: ['browser', 'node'] },
    label: optional('string'),
    machine: {
      type: 'object',
      required: ['os', 'cpuThreads'],
      properties: {
        os: optional('string'),
        browser: optional('string'),
        node: optional('string'),
        cpu: optional('string'),
        cpuThreads: optional('integer'),
        memoryGiB: optional('number'),
        crossOriginIsolated: optional('boolean'),
        clockStepUs: optional('number'),
        load: numbers,
        gpu: {
          type: 'object',
          properties: {
            api: optional('string'),
            name: optional('string'),
            vendor: optional('string'),
            architecture: optional('string'),
            driver: optional('string'),
            software: optional('boolean'),
            features: { type: 'array', items: { type: 'string' } },
          },
        },
        roofline: {
          type: 'array',
          items: {
            type: 'object',
            required: ['flopsPerSecond', 'bufferBytes', 'readPerSecond', 'copyPerSecond'],
            properties: {
              flopsPerSecond: optional('number'),
              bufferBytes: optional('integer'),
              readPerSecond: optional('number'),
              copyPerSecond: optional('number'),
            },
          },
        },
      },
    },
    packages: { type: 'object', additionalProperties: { type: 'string' } },
    commit: optional('string'),
    proof: {
      type: 'array',
      items: {
        type: 'object',
        required: ['backend', 'flags', 'resultsIn'],
        properties: { backend: optional('string'), flags: { type: 'object' }, resultsIn: optional('string') },
      },
    },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['work', 'inputHash', 'backend', 'dtype', 'status'],
        properties: {
          work: optional('string'),
          params: { type: 'object' },
          inputHash: optional('string'),
          backend: { enum: ['cpu', 'wasm', 'wasm-simd', 'wasm-threads', 'webgl', 'webgpu', 'cuda'] },
          dtype: { enum: ['f32', 'f16', 'i8', 'i4'] },
          status: { enum: ['ok', 'wrong', 'unsupported', 'failed', 'unstable', 'aborted'] },
          message: optional('string'),
          firstMs: optional('number'),
          mode: { enum: ['latency', 'throughput'] },
          batch: optional('integer'),
          samplesMs: numbers,
          medianMs: optional('number'),
          p10Ms: optional('number'),
          p90Ms: optional('number'),
          gpuMs: optional('number'),
          flops: optional('number'),
          bytes: optional('number'),
          perSecond: optional('number'),
          unit: optional('string'),
          peakPerSecond: optional('number'),
          by: optional('string'),
          threads: optional('integer'),
          ratio: {
            type: 'object',
            required: ['median', 'min', 'max'],
            properties: { median: optional('number'), min: optional('number'), max: optional('number') },
          },
          check: {
            type: 'object',
            properties: {
              reference: optional('string'),
              maxAbs: optional('number'),
              maxRel: optional('number'),
              tolerance: optional('number'),
              pass: optional('boolean'),
            },
          },
          peakBytes: optional('integer'),
        },
      },
    },
  },
} as const satisfies Schema & { $schema: string; $id: string };

/** What of JSON Schema is used here. */
interface Schema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  const?: unknown;
  enum?: readonly unknown[];
  format?: 'date-time';
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema;
  items?: Schema;
}

const isType: Record<NonNullable<Schema['type']>, (value: unknown) => boolean> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  // JSON has no other numbers
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
};

/** What of `value` is not as the schema has it, one sentence each; empty when it is valid. */
export function violations(value: unknown, schema: Schema = benchSchema, at = 'the file'): string[] {
  if ('const' in schema && value !== schema.const) return [`${at} must be ${JSON.stringify(schema.const)}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} must be one of ${schema.enum.join(', ')}`];
  if (schema.type && !isType[schema.type](value)) return [`${at} must be of type ${schema.type}`];
  if (schema.format && Number.isNaN(Date.parse(value as string))) return [`${at} must be a date and a time`];
  if (schema.type === 'array')
    return (value as unknown[]).flatMap((item, i) =>
      schema.items ? violations(item, schema.items, `${at}[${i}]`) : [],
    );
  if (schema.type !== 'object') return [];
  const object = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => object[name] === undefined);
  return [
    ...missing.map((name) => `${at} has no ${name}`),
    ...Object.entries(object).flatMap(([name, item]) => {
      const own = schema.properties?.[name] ?? schema.additionalProperties;
      return own && item !== undefined ? violations(item, own, `${at}.${name}`) : [];
    }),
  ];
}
