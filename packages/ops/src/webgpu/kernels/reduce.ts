import type { TensorInfo } from '@tensorflow/tfjs-core';
import { int, type Device } from '../device.js';

/** WGSL: sums over the 64 lanes of a workgroup, and their maximum, known to all lanes afterwards. */
export const totalWgsl = `
  var<workgroup> parts: array<f32, 64>;
  fn total(lane: i32, value: f32) -> f32 {
    parts[lane] = value;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0; i < 64; i++) { sum += parts[i]; }
    workgroupBarrier();
    return sum;
  }
  fn highest(lane: i32, value: f32) -> f32 {
    parts[lane] = value;
    workgroupBarrier();
    var top = parts[0];
    for (var i = 1; i < 64; i++) { top = max(top, parts[i]); }
    workgroupBarrier();
    return top;
  }`;

const columns = 16;
const slices = 16;

/**
 * Sums over the rows of a matrix, several in one program.
 *
 * @param sums WGSL of what is added up, by output, in terms of the inputs, `row` and `at` (row * width + column)
 */
export function columnSums(
  device: Device,
  name: string,
  { rows, width }: { rows: number; width: number },
  inputs: Record<string, TensorInfo>,
  sums: Record<string, string>,
): Record<string, TensorInfo> {
  const names = Object.keys(sums);
  const outputs = Object.fromEntries(names.map((output) => [output, device.output([width])]));
  device.run({
    name,
    variant: String(names),
    inputs,
    outputs,
    uniforms: { rows: int(rows), width: int(width) },
    size: columns * slices,
    groups: Math.ceil(width / columns),
    functions: names.map((output) => `var<workgroup> parts_${output}: array<f32, ${columns * slices}>;`).join('\n'),
    main: `
      let column = group * ${columns} + lane % ${columns};
      ${names.map((output) => `var sum_${output} = 0.0;`).join(' ')}
      if (column < u.width) {
        for (var row = lane / ${columns}; row < u.rows; row += ${slices}) {
          let at = row * u.width + column;
          ${names.map((output) => `sum_${output} += ${sums[output]};`).join('\n')}
        }
      }
      ${names.map((output) => `parts_${output}[lane] = sum_${output};`).join(' ')}
      workgroupBarrier();
      if (lane < ${columns} && column < u.width) {
        for (var slice = 1; slice < ${slices}; slice++) {
          ${names.map((output) => `sum_${output} += parts_${output}[slice * ${columns} + lane];`).join('\n')}
        }
        ${names.map((output) => `${output}[column] = sum_${output};`).join('\n')}
      }`,
  });
  return outputs;
}
