import type { JsonObject, JsonValue } from '@ashlar/checkpoint';

/**
 * Plain JSON settings with some of them changed; those that are no objects are replaced whole.
 *
 * @param nullable paths of the settings that hold a number or null
 * @throws RangeError of one sentence for a setting that does not exist, or a value of another type
 */
export function mergeSettings<Config extends object>(
  base: Config,
  changes: object,
  nullable: readonly string[] = [],
): Config {
  return merged(base as JsonObject, changes as JsonObject, '', nullable) as Config;
}

function merged(base: JsonObject, changes: JsonObject, path: string, nullable: readonly string[]): JsonObject {
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(base, key))
      throw new RangeError(`config: ${at} is no setting; there are ${Object.keys(base).join(', ')}`);
    result[key] = mergedValue(base[key]!, value, at, nullable);
  }
  return result;
}

function mergedValue(base: JsonValue, value: JsonValue, at: string, nullable: readonly string[]): JsonValue {
  const [expected, found] = [kindOf(base), kindOf(value)];
  if (expected === 'object' && found === 'object') return merged(base as JsonObject, value as JsonObject, at, nullable);
  const isNullable = nullable.includes(at);
  if (isNullable ? found !== 'null' && found !== 'number' : found !== expected)
    throw new RangeError(
      `config: ${at} must be ${isNullable ? 'a number or null' : `of type ${expected}`}, found ${JSON.stringify(value)}`,
    );
  return value;
}

const kindOf = (value: JsonValue) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
