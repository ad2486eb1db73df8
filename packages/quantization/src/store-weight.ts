import { Int4Weight } from './int4-weight.js';
import { Int8Weight } from './int8-weight.js';
import type { Matrix } from './int8.js';
import { Nf4Weight } from './nf4-weight.js';
import type { QuantizationScheme, QuantizedWeight } from './scheme.js';

/**
 * A matrix as `scheme` keeps it, on the device.
 *
 * @throws RangeError for a scheme that there is not, or a value that is not finite
 */
export function storeWeight(matrix: Matrix, options: QuantizationScheme): QuantizedWeight {
  if (options.scheme === 'int8') return new Int8Weight(matrix);
  if (options.scheme === 'nf4') return new Nf4Weight(matrix, options);
  if (options.scheme === 'int4') return new Int4Weight(matrix, options);
  throw new RangeError(
    `there is no scheme '${String((options as { scheme: unknown }).scheme)}'; there are 'int8', 'nf4' and 'int4'`,
  );
}
