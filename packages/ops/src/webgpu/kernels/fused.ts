import { fusedOn } from '../../gpu/fused.js';
import { Device } from '../device.js';

export const fused = fusedOn('webgpu', Device.attach);
