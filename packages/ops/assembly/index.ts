export { gemm, gemm_scratch } from './gemm';
export { sum_axis } from './reduce';
export { transpose } from './transpose';
