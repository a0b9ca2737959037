/** Gives back the list it gave before for as long as its items are the same: to React another list is a change. */
export function keepEqual<Item>(): (items: readonly Item[]) => readonly Item[] {
  let kept: readonly Item[] | null = null;
  return (items) => {
    if (kept?.length !== items.length || !items.every((item, at) => item === kept?.[at])) kept = items;
    return kept;
  };
}
