// Symbols from the global registry, so that two installed copies of this package recognise each other's modules.
export const moduleMark = Symbol.for('@ashlar/nn.Module');
export const borrowMark = Symbol.for('@ashlar/nn.borrowed');
export const bytesMark = Symbol.for('@ashlar/nn.bytes');
export const disposeSymbol: symbol = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for('Symbol.dispose');
