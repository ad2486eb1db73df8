import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { attachTo } from '../gpu/attach.js';
import { Reports } from '../gpu/reports.js';
import { Tensors } from '../gpu/tensors.js';

const watched = Symbol.for('@ashlar/ops webgpu problems');
/** Where tools that count dispatches leave a function on the backend. */
const dispatched = Symbol.for('@ashlar/ops webgpu dispatched');
const pipelines = Symbol.for('@ashlar/ops webgpu pipelines');

/** The little that we use of a `GPUDevice`. */
interface GpuDevice {
  [watched]?: Reports;
  [pipelines]?: Map<string, Pipeline>;
  limits: { maxComputeWorkgroupsPerDimension: number };
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
  createShaderModule(descriptor: { code: string; label: string }): object;
  createBindGroupLayout(descriptor: object): object;
  createPipelineLayout(descriptor: object): object;
  createComputePipeline(descriptor: object): object;
  createBindGroup(descriptor: object): object;
}

interface Pipeline {
  layout: object;
  pipeline: object;
}

interface Pass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

/** One value of a program's uniforms. */
export interface Uniform {
  type: 'int32' | 'uint32' | 'float32';
  data: [number];
}
export const int = (value: number): Uniform => ({ type: 'int32', data: [value] });
export const word = (value: number): Uniform => ({ type: 'uint32', data: [value] });
export const float = (value: number): Uniform => ({ type: 'float32', data: [value] });

/** The parts of tfjs-backend-webgpu 4.22 that we lean on; `Device.attach` checks that they are there. */
export interface TfjsWebgpuBackend extends KernelBackend {
  [dispatched]?: (program: Program) => void;
  device: GpuDevice;
  commandEncoder: { beginComputePass(): Pass };
  computePassEncoder: Pass | null;
  commandQueueOwnedIds: { add(dataId: object): void };
  dispatchCountInPass: number;
  tensorMap: { get(dataId: object): { values: unknown; resource?: object } };
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array): TensorInfo;
  makeUniforms(uniforms: Uniform[]): object;
  tensorToBinding(info: TensorInfo): object;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const used = [
  'makeTensorInfo',
  'makeUniforms',
  'tensorToBinding',
  'uploadToGPU',
  'ensureCommandEncoderReady',
  'endComputePassEncoder',
  'submitQueue',
] as const;

/** A program in WGSL. */
export interface Program {
  /** Names it in errors and, with `variant`, in the cache of pipelines. */
  name: string;
  /** What the source depends on besides the types of its buffers. */
  variant?: string | number;
  /** Buffers that are read, by the name they have in the source: arrays of f32 or i32. */
  inputs: Record<string, TensorInfo>;
  /** Buffers that are written. */
  outputs: Record<string, TensorInfo>;
  /** Whether outputs are read first. @default false */
  inPlace?: boolean;
  /** Element types of buffers that are not one f32 or i32. */
  types?: Record<string, string>;
  /** In the source: `u.<name>`. */
  uniforms: Record<string, Uniform>;
  /** Invocations in a workgroup. @default 64 */
  size?: number;
  /** Workgroups. */
  groups: number;
  /** Functions and workgroup variables. */
  functions?: string;
  /** Statements of `main`, where `group` and `lane` are i32. */
  main: string;
}

/**
 * tfjs's webgpu backend with programs of our own: they may write several buffers, and into buffers that exist, in the
 * same queue as tfjs's.
 */
export class Device extends Tensors<TfjsWebgpuBackend> {
  readonly reports: Reports;

  private constructor(backend: TfjsWebgpuBackend) {
    super(backend);
    this.reports = watch(backend.device);
  }

  /** @throws Error where tfjs's internals are not as in 4.22 */
  static readonly attach = attachTo('webgpu', used, (backend: TfjsWebgpuBackend) => new Device(backend));

  /** A new tensor whose values are undefined until written. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.backend.makeTensorInfo([...shape], dtype);
  }

  /**
   * Puts a program into the queue.
   *
   * @throws Error when the device has reported a problem, such as a shader that does not compile: results since then are
   *   garbage
   */
  run(program: Program): void {
    const { backend, reports } = this;
    reports.check();
    const { inputs, outputs, uniforms, groups } = program;
    const buffers = [...Object.values(inputs), ...Object.values(outputs)];
    if (groups === 0 || Object.values(outputs).every(({ shape }) => shape.includes(0))) return;
    for (const { dataId } of buffers) {
      backend.uploadToGPU(dataId);
      backend.commandQueueOwnedIds.add(dataId);
    }
    // what was read before is not what will be there
    for (const { dataId } of Object.values(outputs)) backend.tensorMap.get(dataId).values = null;
    const { layout, pipeline } = this.pipeline(program);
    const resources = [
      ...buffers.map((info) => backend.tensorToBinding(info)),
      backend.makeUniforms(Object.values(uniforms)),
    ];
    const group = backend.device.createBindGroup({
      layout,
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
    backend.ensureCommandEncoderReady();
    const pass = (backend.computePassEncoder ??= backend.commandEncoder.beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const width = Math.min(groups, backend.device.limits.maxComputeWorkgroupsPerDimension);
    pass.dispatchWorkgroups(width, Math.ceil(groups / width));
    backend[dispatched]?.(program);
    if (++backend.dispatchCountInPass >= submitAfter) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
  }

  private pipeline(program: Program): Pipeline {
    const { device } = this.backend;
    const cache = (device[pipelines] ??= new Map<string, Pipeline>());
    const { name, variant = '', inputs, outputs, types = {}, uniforms, size = 64 } = program;
    const buffers = { ...inputs, ...outputs };
    const typeOf = (buffer: string) => types[buffer] ?? (buffers[buffer]!.dtype === 'float32' ? 'f32' : 'i32');
    const key = `${name} ${variant} ${size} ${Object.keys(buffers).map((buffer) => `${buffer}:${typeOf(buffer)}`)}`;
    const known = cache.get(key);
    if (known) return known;

    const declarations = Object.keys(buffers).map((buffer, i) => {
      const access = buffer in outputs ? 'read_write' : 'read';
      return `@group(0) @binding(${i}) var<storage, ${access}> ${buffer}: array<${typeOf(buffer)}>;`;
    });
    const wgsl = { int32: 'i32', uint32: 'u32', float32: 'f32' };
    const members = Object.entries(uniforms).map(([member, { type }]) => `${member}: ${wgsl[type]},`);
    const code = `
      struct Uniforms { ${members.join(' ')} }
      ${declarations.join('\n')}
      @group(0) @binding(${declarations.length}) var<uniform> u: Uniforms;
      ${program.functions ?? ''}
      @compute @workgroup_size(${size}) fn main(@builtin(workgroup_id) id: vec3<u32>,
          @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) index: u32) {
        let group = i32(id.y * count.x + id.x);
        let lane = i32(index);
        ${program.main}
      }`;
    const type = (i: number) =>
      i === declarations.length ? 'uniform' : i < Object.keys(inputs).length ? 'read-only-storage' : 'storage';
    const layout = device.createBindGroupLayout({
      entries: Array.from({ length: declarations.length + 1 }, (_, binding) => ({
        binding,
        visibility: 4, // GPUShaderStage.COMPUTE
        buffer: { type: type(binding) },
      })),
    });
    const pipeline = device.createComputePipeline({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code, label: name }), entryPoint: 'main' },
    });
    const made = { layout, pipeline };
    cache.set(key, made);
    return made;
  }
}

/** tfjs submits after this many dispatches (WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE). */
const submitAfter = 15;

/** Collects what a device reports, once for each device. */
function watch(device: GpuDevice): Reports {
  if (device[watched]) return device[watched];
  const reports = (device[watched] = new Reports('webgpu'));
  device.addEventListener('uncapturederror', ({ error }) => reports.add(error.message));
  void device.lost.then(({ message }) => reports.lose(`the device was lost${message ? ` (${message})` : ''}`));
  return reports;
}
