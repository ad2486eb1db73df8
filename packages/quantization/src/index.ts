export { quantizeInt8, dequantizeInt8, type Int8Options, type Matrix, type QuantizedInt8 } from './int8.js';
export { dequantizeNf4, NF4_CODES, quantizeNf4, type Nf4Options, type QuantizedNf4 } from './nf4.js';
export { dequantizeAbsmax, dynamicMap, quantizeAbsmax, type QuantizedAbsmax } from './absmax.js';
export { QuantizedLinear } from './quantized-linear.js';
export { quantizeModules, type QuantizeModulesOptions } from './quantize-modules.js';
export { Int8Weight } from './int8-weight.js';
export { Nf4Weight } from './nf4-weight.js';
export type { QuantizationScheme, QuantizedWeight } from './scheme.js';
export { sizeInBytes } from './size.js';
