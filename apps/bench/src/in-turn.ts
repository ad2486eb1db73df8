/** The order of round `r`: everyone takes every place in turn. */
export const inTurn = <T>(items: readonly T[], r: number) => items.map((_, i) => items[(i + r) % items.length]!);
