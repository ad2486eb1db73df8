import * as tf from '@tensorflow/tfjs-core';
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { attachTo } from '../gpu/attach.js';
import { Reports } from '../gpu/reports.js';
import { Tensors } from '../gpu/tensors.js';

/** One value of a program's uniforms. */
export interface Uniform {
  type: 'int' | 'float' | 'ivec4';
  data: number[];
}
export const int = (value: number): Uniform => ({ type: 'int', data: [value] });
export const float = (value: number): Uniform => ({ type: 'float', data: [value] });
export const ints = (values: [number, number, number, number]): Uniform => ({ type: 'ivec4', data: values });

/** What tfjs takes for a program. */
interface GpgpuProgram {
  variableNames: string[];
  outputShape: number[];
  packedInputs: true;
  packedOutput: true;
  /** Sizes are uniforms: calls of other sizes are no other programs. */
  enableShapeUniforms: true;
  customUniforms: { name: string; type: Uniform['type'] }[];
  userCode: string;
}

/** The parts of tfjs-backend-webgl 4.22 that we lean on; `Device.attach` checks that they are there. */
interface TfjsWebglBackend extends KernelBackend {
  gpgpu: { gl: { canvas: EventTarget; isContextLost(): boolean } };
  runWebGLProgram(program: GpgpuProgram, inputs: TensorInfo[], dtype: DataType, uniforms: number[][]): TensorInfo;
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

const used = ['runWebGLProgram', 'makeTensorInfo'] as const;

/** A tensor as matrices: `[batch, rows, columns]`. */
export type Matrices = readonly [batch: number, rows: number, columns: number];

/** Any shape as matrices that lie in a texture as it does. */
export function asMatrices(shape: readonly number[]): Matrices {
  const [rows = 1, columns = 1] = shape.length > 1 ? shape.slice(-2) : [1, shape[0]];
  return [shape.slice(0, -2).reduce((product, length) => product * length, 1), rows, columns];
}

/** A program in GLSL. */
export interface Program {
  /** What is read. In the source `<name>_(b, r, c)` is an element, and in pairs two beside each other, where c is even. */
  inputs: Record<string, TensorInfo>;
  /** Under which shape each is read. @default `asMatrices` of its own */
  views?: Record<string, Matrices>;
  uniforms?: Record<string, Uniform>;
  /** Shape of the output as matrices. */
  shape: Matrices;
  /** Its shape for others, of equal size. @default `shape` */
  as?: readonly number[];
  /** @default 'float32' */
  dtype?: DataType;
  /** Two columns at a time: all widths are even, and `value` gives a vec2. In the source `lane` is the type. @default false */
  pairs?: boolean;
  /** Functions, of which `lane value(int b, int r, int c)` is the output. */
  functions: string;
}

/** exp and log where NaN stays NaN, which a device need not do: a loss that went wrong must not look like a number. */
const functions = `
  float exponential(float x) { return isnan(x) ? x : exp(x); }
  float logarithm(float x) { return isnan(x) ? x : log(x); }
  int integer(float x) { return int(floor(x + 0.5)); }`;

/** tfjs's webgl backend with programs of our own. They read and write packed textures, as its matrix products do. */
export class Device extends Tensors<TfjsWebglBackend> {
  readonly reports = new Reports('webgl');

  private constructor(backend: TfjsWebglBackend) {
    super(backend);
    backend.gpgpu.gl.canvas.addEventListener('webglcontextlost', this.lose);
  }

  /** @throws Error where tfjs's internals are not as in 4.22 */
  static readonly attach = attachTo('webgl', used, (backend: TfjsWebglBackend) => new Device(backend));

  private readonly lose = () => this.reports.lose('the context was lost');

  /**
   * Runs a program.
   *
   * @throws Error when it does not compile, or when the context was lost
   */
  run(program: Program): TensorInfo {
    if (this.backend.gpgpu.gl.isContextLost()) this.lose(); // the event comes later
    this.reports.check();
    const { inputs, views = {}, uniforms = {}, shape, as = shape, dtype = 'float32', pairs = false } = program;
    const viewed = Object.entries(inputs).map(([name, { dataId, shape: own, dtype }]) => ({
      dataId,
      dtype,
      shape: [...(views[name] ?? asMatrices(own))],
    }));
    const { dataId } = this.backend.runWebGLProgram(
      {
        variableNames: Object.keys(inputs),
        outputShape: [...shape],
        packedInputs: true,
        packedOutput: true,
        enableShapeUniforms: true,
        customUniforms: Object.entries(uniforms).map(([name, { type }]) => ({ name, type })),
        userCode: source(Object.keys(inputs), program.functions, pairs),
      },
      viewed,
      dtype,
      Object.values(uniforms).map(({ data }) => data),
    );
    return { dataId, dtype, shape: [...as] };
  }

  /** Runs a kernel of tfjs. */
  stock(kernelName: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo {
    const { kernelFunc } = tf.getKernel(kernelName, 'webgl');
    return kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend: this.backend }) as TensorInfo;
  }
}

function source(names: string[], body: string, pairs: boolean): string {
  const accessors = names.map((name) => {
    const texel = `get${name[0]!.toUpperCase()}${name.slice(1)}(b, r, c)`;
    // in pairs, what is read one by one as well is called `<name>1`
    const one = `float ${name}1(int b, int r, int c) { return ${texel}[(r & 1) * 2 + (c & 1)]; }`;
    return pairs
      ? `${one} vec2 ${name}_(int b, int r, int c) { vec4 t = ${texel}; return (r & 1) == 0 ? t.xy : t.zw; }`
      : `${one} float ${name}_(int b, int r, int c) { return ${name}1(b, r, c); }`;
  });
  // lanes beyond the end are zero: later products multiply them with others; a loop, since `value` is written out wherever it
  // is called, and such shaders compile four times as long
  const main = pairs
    ? `for (int i = 0; i < 2; i++) {
         if (o.y + i >= outShape.y) break;
         vec2 pair = value(o.x, o.y + i, o.z);
         if (i == 0) all.xy = pair; else all.zw = pair;
       }`
    : `for (int i = 0; i < 4; i++) {
         int r = o.y + (i >> 1);
         int c = o.z + (i & 1);
         if (r < outShape.y && c < outShape.z) all[i] = value(o.x, r, c);
       }`;
  return `
    #define lane ${pairs ? 'vec2' : 'float'}
    ${functions}
    ${accessors.join('\n')}
    ${body}
    void main() {
      ivec3 o = getOutputCoords();
      vec4 all = vec4(0.0);
      ${main}
      setOutput(all);
    }`;
}
