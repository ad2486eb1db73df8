export { attend, attendPacked, type AttendOptions } from './attend.js';
export { CausalSelfAttention, type SelfAttentionConfig } from './causal-self-attention.js';
export { headSize } from './head-sizes.js';
export { KvCache, type CachedKeys, type KvCacheOptions } from './kv-cache.js';
export { maskedPositions, paddingMask } from './masks.js';
