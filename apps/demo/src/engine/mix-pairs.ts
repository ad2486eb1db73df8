/** Part of all pairs that the visitor's are to have, as far as repeating them so often can reach it. */
const SHARE = 0.1;
const MOST_REPEATED = 20;

/** The visitor's pairs among the world's: a few are repeated, so that they count beside thousands. */
export function mixPairs<Pair>(
  yours: readonly Pair[],
  world: readonly Pair[],
): { rows: readonly Pair[]; repeated: number } {
  if (yours.length === 0 || world.length === 0) return { rows: [...yours, ...world], repeated: 1 };
  const wanted = Math.ceil((SHARE * world.length) / yours.length);
  const repeated = Math.max(1, Math.min(MOST_REPEATED, wanted));
  return { rows: [...Array.from({ length: repeated }, () => yours).flat(), ...world], repeated };
}
