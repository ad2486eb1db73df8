import { checkFinite, roundHalfEven } from './numbers.js';

/** A float32 matrix on the host, row-major. */
export interface Matrix {
  data: Float32Array;
  /** `[rows, columns]` */
  shape: readonly number[];
}

/** A matrix in 8 bits a value, with the largest absolute value of each row. */
export interface QuantizedInt8 {
  /** `[rows, columns]`, row-major, -127 .. 127 */
  codes: Int8Array;
  /** `[rows]` */
  absmax: Float32Array;
  shape: [rows: number, columns: number];
  /** Columns that were left out because they hold an outlier; their codes are 0. Empty without a threshold. */
  outlierColumns: number[];
}

export interface Int8Options {
  /**
   * LLM.int8's treatment of activations: values at least this large do not count for `absmax`, and the columns they
   * stand in are left out (and named), for the caller to multiply in full precision. 0 for none.
   * @default 0
   */
  threshold?: number;
}

/** 1 / 127 as the reference multiplies by it. */
export const INT8_STEP = Math.fround(1 / 127);

/**
 * Absolute-maximum quantization by row: `round(127 w / absmax)`, halves to the even code.
 *
 * Bit for bit bitsandbytes' `int8_vectorwise_quant` in float32: the row is multiplied by the rounded `127 / absmax`.
 * A row of zeros gets zeros. Source: LLM.int8 (Dettmers et al. 2022, arXiv 2208.07339).
 *
 * @throws RangeError when the data do not fit the shape, or hold a value that is not finite
 */
export function quantizeInt8({ data, shape }: Matrix, { threshold = 0 }: Int8Options = {}): QuantizedInt8 {
  const [rows, columns] = checkMatrix(data, shape);
  const isOutlier = (value: number) => threshold > 0 && Math.abs(value) >= threshold;
  const outlierColumns = outliers(data, columns, isOutlier);
  const codes = new Int8Array(data.length);
  const absmax = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    const max = values.reduce((most, value) => (isOutlier(value) ? most : Math.max(most, Math.abs(value))), 0);
    absmax[row] = max;
    const factor = Math.fround(127 / max);
    // a row so small that the factor overflows is a row of zeros
    if (!Number.isFinite(factor)) continue;
    values.forEach((value, column) => {
      if (!isOutlier(value)) codes[row * columns + column] = roundHalfEven(Math.fround(value * factor));
    });
  }
  for (const column of outlierColumns) for (let at = column; at < codes.length; at += columns) codes[at] = 0;
  return { codes, absmax, shape: [rows, columns], outlierColumns };
}

/** The values that the codes stand for, `code * absmax / 127`, `[rows, columns]`; 0 in outlier columns. */
export function dequantizeInt8({ codes, absmax, shape: [, columns] }: QuantizedInt8): Float32Array {
  return Float32Array.from(codes, (code, i) => Math.fround(code * absmax[Math.floor(i / columns)]!) * INT8_STEP);
}

/** Columns with an outlier, ascending. */
function outliers(data: Float32Array, columns: number, isOutlier: (value: number) => boolean): number[] {
  const found = new Set<number>();
  data.forEach((value, i) => isOutlier(value) && found.add(i % columns));
  return [...found].sort((a, b) => a - b);
}

function checkMatrix(data: Float32Array, shape: readonly number[]): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || rows * columns !== data.length || data.length === 0)
    throw new RangeError(
      `quantizeInt8: ${data.length} values do not fill a matrix of shape [${shape}]; expected [rows, columns]`,
    );
  checkFinite('quantizeInt8', data);
  return [rows, columns];
}
