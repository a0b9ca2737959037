/** Who and whom, in few words: names are a prefix and a number. */
export interface People {
  readonly prefix: string;
  readonly from: number;
  readonly count: number;
}

/** Number n watches `size` people from number `n * step + shift` on, modulo `of`. */
export interface Watched {
  readonly prefix: string;
  readonly size: number;
  readonly of: number;
  readonly step: number;
  readonly shift: number;
}

export const namesOf = ({ prefix, from, count }: People): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${from + at}`);

export const watchedBy = (n: number, { prefix, size, of, step, shift }: Watched): readonly string[] =>
  Array.from({ length: size }, (_, at) => `${prefix}${(n * step + shift + at) % of}`);

/** Everybody watches the same one. */
export const one = (name: string): Watched => ({ prefix: name, size: 1, of: 1, step: 0, shift: 0 });

/** Everybody watches the `size` people after them, so everybody is watched by as many. */
export const ring = (prefix: string, size: number, of: number): Watched => ({ prefix, size, of, step: 1, shift: 1 });

/** Everybody watches `size` people whom nobody else watches. */
export const apart = (prefix: string, size: number): Watched => {
  return { prefix, size, of: Number.MAX_SAFE_INTEGER, step: size, shift: 0 };
};
