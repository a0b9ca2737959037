/** Reads `<version>|<JSON>`, as the commit scripts write it; null for a key that is not there. */
export function parseStored<Body>(value: string | null, decode: (json: string, version: string) => Body): Body | null {
  if (value === null) return null;
  const bar = value.indexOf('|');
  return decode(value.slice(bar + 1), value.slice(0, bar));
}
