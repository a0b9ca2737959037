/** FNV-1a, 32 bit, over UTF-16 code units: the same number for the same text on every machine. Spreads, does not protect. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
