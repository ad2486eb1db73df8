/**
 * Width of one attention head.
 *
 * @throws RangeError when the heads do not divide the hidden size
 */
export function headSize(hiddenSize: number, numHeads: number): number {
  if (hiddenSize % numHeads !== 0)
    throw new RangeError(`Attention: hiddenSize (${hiddenSize}) must be a multiple of numHeads (${numHeads})`);
  return hiddenSize / numHeads;
}
