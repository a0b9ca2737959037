/** Something that was looked at, for whoever runs the service. */
export interface Finding {
  /** warn: it works, and may not always. fail: something that is promised is not kept, or will not be. */
  readonly level: 'ok' | 'warn' | 'fail';
  readonly about: string;
  /** What was found; the middle of a line. */
  readonly says: string;
  /** What to do about it: sentences. */
  readonly todo?: string;
}
