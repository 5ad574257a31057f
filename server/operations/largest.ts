/**
 * The `count` items with the largest figures, the largest first, in one walk over all: to sort ten thousand for the fifty that are shown would
 * hold everybody up.
 */
export function largest<T>(items: Iterable<T>, count: number, figure: (item: T) => number): T[] {
  const found: { readonly item: T; readonly value: number }[] = [];
  for (const item of items) {
    const value = figure(item);
    const least = found.at(-1);
    if (found.length >= count && least !== undefined && value <= least.value) continue;
    // Among the few that are kept, a binary search for the place.
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((found[middle]?.value ?? 0) >= value) low = middle + 1;
      else high = middle;
    }
    found.splice(low, 0, { item, value });
    if (found.length > count) found.pop();
  }
  return found.map(({ item }) => item);
}
