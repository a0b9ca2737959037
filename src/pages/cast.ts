/** The people of the directory, in the colours that the server has for them; white is readable on all of those. */
import { make } from '../client/elements/make.ts';

export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  readonly color: string;
}

export const CAST: readonly Actor[] = [
  { id: 'ada', name: 'Ada Lovelace', does: 'Analytical engines', color: '#178566' },
  { id: 'grace', name: 'Grace Hopper', does: 'Compilers', color: '#707c11' },
  { id: 'katherine', name: 'Katherine Johnson', does: 'Trajectories', color: '#9650e6' },
  { id: 'alan', name: 'Alan Turing', does: 'Machines that think', color: '#c25410' },
  { id: 'margaret', name: 'Margaret Hamilton', does: 'Flight software', color: '#1a8742' },
  { id: 'hedy', name: 'Hedy Lamarr', does: 'Radio', color: '#dc2b63' },
];

export function actor(id: string | null): Actor | null {
  return CAST.find((each) => each.id === id) ?? null;
}

/** Initials on their colour. */
export function paintFace(face: HTMLElement, { name, color }: Pick<Actor, 'name' | 'color'>): HTMLElement {
  face.classList.add('face');
  face.style.setProperty('--face', color);
  face.textContent = name
    .split(' ')
    .map(([letter = '']) => letter)
    .join('');
  return face;
}

export function faceOf(of: Pick<Actor, 'name' | 'color'>): HTMLElement {
  return paintFace(make('span', { 'aria-hidden': 'true' }), of);
}
